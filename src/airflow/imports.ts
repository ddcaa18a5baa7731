import type { AirflowVersion } from '../model/dag.ts'
import { PYTHON_LINE } from './python.ts'

/** The lines that import what a text of Python names and nothing else, behind a look at which Airflow it is that reads them. */
export function importsOf(body: string, version: AirflowVersion): string {
  const uses = (name: string): boolean => new RegExp(`(?<![\\w.])${name.split(' as ').at(-1)}(?=[.(),])`).test(body)
  const lines = (modules: Modules): string =>
    Object.entries(modules)
      .map(([module, names]) => importLine(module, names.filter(uses)))
      .filter((line) => line !== '')
      .join('\n')
  const whole = MODULES.filter(uses).map((name) => `import ${name}\n`)
  return `${whole.join('')}${lines(STANDARD)}\n\n${guardText(version)}\n${lines(AIRFLOW[version])}`
}

/** Names a version that is not the DAG's own, before one of its imports fails by a name that says nothing. */
function guardText(version: AirflowVersion): string {
  const { oldest, all } = RUNS_ON[version]
  return `import airflow

if not (${version}, ${oldest}) <= tuple(map(int, airflow.__version__.split(".")[:2])) < (${version + 1}, 0):
    raise ImportError(
        f"This DAG is for Airflow ${all}; this is {airflow.__version__}. "
        "Render it anew: \`--airflow 2\` is for ${RUNS_ON[2].all}, \`--airflow 3\` for ${RUNS_ON[3].all}."
    )
`
}

/** The minor of each major that has all that the DAG stands on. */
export const RUNS_ON: Readonly<Record<AirflowVersion, { oldest: number; all: string }>> = {
  2: { oldest: 10, all: '2.10 or later of 2' },
  3: { oldest: 1, all: '3.1 or later of 3' },
}

function importLine(module: string, names: readonly string[]): string {
  if (names.length === 0) return ''
  const line = `from ${module} import ${names.join(', ')}`
  if (line.length <= PYTHON_LINE) return line
  return `from ${module} import (\n${names.map((name) => `    ${name},\n`).join('')})`
}

/** Names by the module that has them. */
type Modules = Readonly<Record<string, readonly string[]>>

const MODULES = ['json', 'smtplib', 'ssl']

const STANDARD: Modules = {
  datetime: ['datetime', 'timedelta', 'timezone'],
  'email.message': ['EmailMessage'],
  pathlib: ['Path'],
}

const EXCEPTIONS: Modules = { 'airflow.exceptions': ['AirflowFailException', 'AirflowSkipException'] }

const EMR: Modules = {
  'airflow.providers.amazon.aws.operators.emr': [
    'EmrAddStepsOperator',
    'EmrCreateJobFlowOperator',
    'EmrTerminateJobFlowOperator',
  ],
  'airflow.providers.amazon.aws.sensors.emr': ['EmrStepSensor'],
}

/** Where each major keeps the same things. */
const AIRFLOW: Readonly<Record<AirflowVersion, Modules>> = {
  2: {
    airflow: ['DAG'],
    'airflow.datasets': ['Dataset as Asset'],
    ...EXCEPTIONS,
    'airflow.hooks.base': ['BaseHook'],
    'airflow.models': ['DagRun', 'Variable'],
    'airflow.operators.empty': ['EmptyOperator'],
    'airflow.operators.python': ['PythonOperator'],
    ...EMR,
    'airflow.timetables.datasets': ['DatasetOrTimeSchedule as AssetOrTimeSchedule'],
    'airflow.timetables.interval': ['CronDataIntervalTimetable'],
  },
  3: {
    ...EXCEPTIONS,
    ...EMR,
    'airflow.providers.standard.operators.empty': ['EmptyOperator'],
    'airflow.providers.standard.operators.python': ['PythonOperator'],
    'airflow.sdk': ['DAG', 'Asset', 'AsyncCallback', 'DeadlineAlert', 'DeadlineReference', 'Variable'],
    'airflow.sdk.bases.hook': ['BaseHook'],
    'airflow.timetables.assets': ['AssetOrTimeSchedule'],
    'airflow.timetables.trigger': ['CronTriggerTimetable'],
  },
}
