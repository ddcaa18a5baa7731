import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { prepareEnvironment } from '../interop/environment.ts'

/** Where the Spark of the interoperability tests is, with its jars. */
export interface SparkPlace {
  submit: string
  jars: readonly string[]
  /** For `blotter run --engine spark`, and for whoever calls `submit`. */
  env: Readonly<Record<string, string>>
}

const run = promisify(execFile)

/** Made on first use, as `npm run test:interop` does (about 1 GB). */
export async function prepareSpark(say: (message: string) => void): Promise<SparkPlace> {
  const { python, javaHome, jars } = await prepareEnvironment(say)
  const { stdout } = await run(python, ['-c', 'import os, pyspark; print(os.path.dirname(pyspark.__file__))'])
  const home = stdout.trim()
  return {
    submit: join(home, 'bin/spark-submit'),
    jars: jars.split(','),
    env: {
      JAVA_HOME: javaHome,
      PYSPARK_PYTHON: python,
      PYTHONDONTWRITEBYTECODE: '1',
      BLOTTER_SPARK_HOME: home,
      BLOTTER_SPARK_JARS: jars,
    },
  }
}
