import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { appendFileSync, createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { AirflowPrograms } from './airflow-environment.ts'
import { airflowTells } from './airflow-tells.ts'
import { freePort } from '../test/services/free-port.ts'

/** One Airflow with a home of its own, beside an EMR whose steps move. */
export interface AirflowWorld extends AsyncDisposable {
  /** Of the model of AWS. */
  endpoint: string
  home: string
  env: Record<string, string>
  /** `airflow …`; never throws: what it said, and its exit code. */
  airflow(words: readonly string[], env?: Record<string, string>): Promise<Ending>
  /** A script of `interop/airflow/` by Airflow's Python, likewise. */
  script(name: string, words: readonly string[], env?: Record<string, string>): Promise<Ending>
  /** Starts a part of Airflow that stays, in a process group of its own, since it starts others. */
  start(part: string, env?: Record<string, string>): void
  /** What its parts said last and how its runs stand: what a failure on another machine is understood by. */
  tells(): string
}

export interface Ending {
  code: number
  said: string
}

const commandTimeoutMs = 240_000

export async function startAirflowWorld({ bin, toolsPython }: AirflowPrograms, folder: string): Promise<AirflowWorld> {
  const home = join(folder, 'home')
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const env = await environmentOf(bin, folder, home, endpoint)
  const parts: ChildProcess[] = []
  const stay = (words: readonly [string, ...string[]], log: string, more: Record<string, string> = {}): ChildProcess => {
    const child = spawn(words[0], words.slice(1), {
      env: { ...env, ...more },
      detached: true,
      // moto leaves what it records in its own folder.
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const out = createWriteStream(join(folder, log), { flags: 'a' })
    child.stdout?.pipe(out, { end: false })
    child.stderr?.pipe(out, { end: false })
    parts.push(child)
    return child
  }
  const emrServer = stay(
    [toolsPython, join(import.meta.dirname, 'airflow', 'emr_server.py'), String(port), '0.5'],
    'emr.log',
  )
  await new Promise((resolve, reject) => {
    emrServer.stdout?.once('data', resolve)
    emrServer.once('exit', (code) => reject(new Error(`the model of EMR ended with ${code}\n${airflowTells(folder)}`)))
  })
  const run = (program: string, words: readonly string[], more: Record<string, string> = {}): Promise<Ending> =>
    new Promise((resolve) => {
      const options = { env: { ...env, ...more }, timeout: commandTimeoutMs, maxBuffer: 1 << 26 }
      execFile(join(bin, program), [...words], options, (error, stdout, stderr) => {
        const said = stdout + stderr
        const ending = error?.killed ? `ended after ${commandTimeoutMs} ms` : `exit code ${error?.code ?? 0}`
        appendFileSync(join(folder, 'commands.log'), `$ ${program} ${words.join(' ')}\n${said}\n(${ending})\n`)
        resolve({ code: error ? Number(error.code ?? 1) || 1 : 0, said })
      })
    })
  const airflow: AirflowWorld['airflow'] = (words, more) => run('airflow', words, more)
  const migrated = await airflow(['db', 'migrate'])
  if (migrated.code !== 0) throw new Error(`airflow db migrate failed:\n${airflowTells(folder)}`)
  return {
    endpoint,
    home,
    env,
    airflow,
    script: (name, words, more) => run('python', [join(import.meta.dirname, 'airflow', name), ...words], more),
    start: (part, more) => void stay([join(bin, 'airflow'), part], `${part}.log`, more),
    tells: () => airflowTells(folder),
    async [Symbol.asyncDispose]() {
      for (const part of parts) endGroup(part, 'SIGTERM')
      await Promise.all(parts.map(ended))
    },
  }
}

async function environmentOf(bin: string, folder: string, home: string, endpoint: string): Promise<Record<string, string>> {
  const connection = {
    conn_type: 'aws',
    login: 'testing',
    password: 'testing',
    extra: { region_name: 'us-east-1', endpoint_url: endpoint },
  }
  return {
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    HOME: folder,
    AIRFLOW_HOME: home,
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__CORE__DAGS_FOLDER: join(home, 'dags'),
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED: 'False',
    AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT: String(await freePort()),
    AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT: String(await freePort()),
    AIRFLOW__API_AUTH__JWT_SECRET: 'for-tests-only-0123456789abcdef0123456789abcdef0123456789abcdef',
    AIRFLOW_CONN_AWS_DEFAULT: JSON.stringify(connection),
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: endpoint,
  }
}

/** Ends a part and all that it started; what does not go by itself in a few seconds is killed. */
async function ended(part: ChildProcess): Promise<void> {
  if (part.exitCode === null && part.signalCode === null) {
    const exit = new Promise((resolve) => part.once('exit', resolve))
    const late = setTimeout(() => endGroup(part, 'SIGKILL'), 4000)
    await exit
    clearTimeout(late)
  }
  endGroup(part, 'SIGKILL')
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // The group is gone already.
  }
}

export function write(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
}

/** The certificates of the system with one more, for `SSL_CERT_FILE`. */
export function trusting(certificateFile: string, folder: string): string {
  const path = join(folder, 'trusted.pem')
  writeFileSync(path, readFileSync('/etc/ssl/certs/ca-certificates.crt', 'utf8') + readFileSync(certificateFile, 'utf8'))
  return path
}
