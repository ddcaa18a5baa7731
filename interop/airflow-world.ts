import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { appendFileSync, createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { AirflowFile } from '../src/model/dag.ts'
import type { AirflowPrograms } from './airflow-environment.ts'
import { freePort } from '../test/services/free-port.ts'

/** One Airflow with a home of its own, beside an EMR whose steps move. */
export interface AirflowWorld extends AsyncDisposable {
  /** Of the model of AWS. */
  endpoint: string
  home: string
  env: Record<string, string>
  /** `airflow …`; never throws: what it said, and its exit code. */
  airflow(words: readonly string[], env?: Record<string, string>): Promise<{ code: number; said: string }>
  /** Starts a part of Airflow that stays, in a process group of its own, since it starts others. */
  start(part: string, env?: Record<string, string>): void
  /** The bodies of what EMR was asked for, newest last. */
  emr<T>(operation: string, body: unknown): Promise<T>
}

const commandTimeoutMs = 240_000

export async function startAirflowWorld(
  { bin, toolsPython }: AirflowPrograms,
  folder: string,
  files: readonly AirflowFile[],
): Promise<AirflowWorld> {
  const home = join(folder, 'home')
  for (const { path, text } of files) write(join(home, path), text)
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
    emrServer.once('exit', (code) => reject(new Error(`the model of EMR ended with ${code}`)))
  })
  const airflow: AirflowWorld['airflow'] = (words, more = {}) =>
    new Promise((resolve) => {
      const options = { env: { ...env, ...more }, timeout: commandTimeoutMs, maxBuffer: 1 << 26 }
      execFile(join(bin, 'airflow'), [...words], options, (error, stdout, stderr) => {
        const said = stdout + stderr
        appendFileSync(join(folder, 'airflow.log'), `$ airflow ${words.join(' ')}\n${said}\n`)
        resolve({ code: error ? Number(error.code ?? 1) || 1 : 0, said })
      })
    })
  const migrated = await airflow(['db', 'migrate'])
  if (migrated.code !== 0) throw new Error(`airflow db migrate failed:\n${migrated.said.slice(-2000)}`)
  return {
    endpoint,
    home,
    env,
    airflow,
    start: (part, more) => void stay([join(bin, 'airflow'), part], `${part}.log`, more),
    emr: (operation, body) => askAws(endpoint, `ElasticMapReduce.${operation}`, body) as never,
    async [Symbol.asyncDispose]() {
      for (const part of parts) endGroup(part, 'SIGTERM')
      await Promise.all(parts.map(ended))
    },
  }
}

/** Asks the model of AWS, which looks at who asks and for what, not at the signature. */
export async function askAws(endpoint: string, target: string, body: unknown): Promise<unknown> {
  const service = target.startsWith('secretsmanager') ? 'secretsmanager' : 'elasticmapreduce'
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
      authorization: `AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${target} answers ${answer.status}: ${await answer.text()}`)
  return answer.json()
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
