import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What Airflow's parts said last and how its runs stand: what a failure on another machine is understood by. */
export function airflowTells(folder: string): string {
  const own = logsIn(folder, false).map((name) => endOf(join(folder, name)))
  // Of the logs that Airflow keeps of tasks and of passes over the files, those with something wrong.
  const kept = join(folder, 'home', 'logs')
  const wrong = logsIn(kept, true)
    .map((name) => endOf(join(kept, name)))
    .filter((end) => /ERROR|Traceback/i.test(end))
  return [...own, ...wrong, ...rowsOf(join(folder, 'home', 'airflow.db'))].join('\n')
}

function logsIn(folder: string, recursive: boolean): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive, encoding: 'utf8' }).filter((name) => name.endsWith('.log'))
}

const endOf = (path: string): string => `--- ${path}\n${readFileSync(path, 'utf8').slice(-TAIL)}`

/** The end of each log that is shown, in characters. */
const TAIL = 4000

/** One major has tables and columns that the other has not. */
const QUERIES = [
  'select dag_id, is_paused, next_dagrun, last_parsed_time from dag',
  'select filename, stacktrace from import_error',
  'select dag_id, run_id, state from dag_run',
  'select dag_id, run_id, task_id, state, try_number from task_instance',
  'select task_id, execution_date, notification_sent from sla_miss',
  'select callback_type, callback_data from callback_request',
  'select deadline_time, missed from deadline',
  'select state, output from callback',
]

function rowsOf(path: string): string[] {
  if (!existsSync(path)) return []
  using database = new DatabaseSync(path, { readOnly: true })
  return QUERIES.map((query) => {
    try {
      const rows = database.prepare(query).all()
      return [`--- ${query}`, ...rows.map((row) => JSON.stringify(row))].join('\n')
    } catch {
      return ''
    }
  }).filter((told) => told !== '')
}
