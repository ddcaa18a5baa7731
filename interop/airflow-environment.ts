import { join } from 'node:path'
import { pythonEnvironment } from './python-environment.ts'

/** Programs by path: Airflow of one major, the Python that has moto, and what judges Python's form. */
export interface AirflowPrograms {
  /** A folder to stand first on PATH: Airflow calls itself. */
  bin: string
  toolsPython: string
  ruff: string
}

const pins = join(import.meta.dirname, 'airflow')

/** Airflow of this major, as MWAA runs it, and moto beside it; about 300 MB each. */
export async function prepareAirflow(major: 2 | 3): Promise<AirflowPrograms> {
  const tools = await pythonEnvironment('airflow-tools', join(pins, 'tools.txt'))
  const airflow = await pythonEnvironment(`airflow-${major}`, join(pins, `requirements-${major}.txt`))
  return { bin: join(airflow, 'bin'), toolsPython: join(tools, 'bin', 'python'), ruff: join(tools, 'bin', 'ruff') }
}
