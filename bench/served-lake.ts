import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PROGRAM } from './first-batch.ts'

/** A lake of synthetic incidents with a server of its own, as people run it: measured from outside, over HTTP. */
export interface ServedLake extends AsyncDisposable {
  url: string
  /** Of scope api. */
  token: string
  get(path: string): Promise<Response>
  /** Server-sent events until the signal. */
  events(signal: AbortSignal): AsyncIterable<{ type: string; data: Record<string, unknown> }>
  /** Lets a process of its own make a batch out of a day's pull, in which a thousand incidents got an arrest. */
  makeBatch(): Promise<void>
  /** Resident memory of the server now, and the most it ever was. */
  memoryMb(): { now: number; peak: number }
  /** CPU seconds of the server so far, all threads. */
  cpuSeconds(): number
}

export interface LakeOptions {
  lake: string
  rows: number
  port: number
  say(message: string): void
}

/** A thousand incidents without an arrest as they are once they have one. */
const PULL = `select * exclude (batch_at) replace (true as arrest, updated_on + interval 1 day as updated_on)
  from raw.crimes where not arrest order by id desc limit 1000`

/** Makes the lake where it is not there yet, and serves it. */
export async function serveLake({ lake, rows, port, say }: LakeOptions): Promise<ServedLake> {
  const blotter = async (...words: string[]): Promise<string> => {
    const json = words.includes('--format') ? [] : ['--json']
    const child = spawn(process.execPath, [PROGRAM, ...words, '--lake', lake, ...json], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()))
    const [code] = (await once(child, 'close')) as [number]
    if (code !== 0) throw new Error(`blotter ${words.join(' ')} ended with ${code}`)
    return text
  }
  const makeBatch = async (): Promise<void> => {
    const file = join(lake, `bench-${process.pid}.csv`)
    await blotter('query', PULL, '--format', 'csv', '--output', file)
    await blotter('run', '--source', `file:${file}?partial=true`, '--memory', '4GiB')
    await rm(file)
  }
  say(`Making ${rows} incidents in ${lake} …`)
  await blotter('run', '--source', `demo://chicago?rows=${rows}&seed=1&day=0`, '--at', '2026-11-23T06:00:00Z')
  const name = `bench-${process.pid}`
  const { token } = JSON.parse(await blotter('token', 'add', name, '--scope', 'api')) as { token: string }
  const server = spawn(process.execPath, [PROGRAM, 'serve', '--lake', lake, '--port', String(port), '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const url = `http://127.0.0.1:${port}`
  await listening(server, url)
  const headers = { authorization: `Bearer ${token}` }
  const get = (path: string): Promise<Response> => fetch(`${url}${path}`, { headers })
  return {
    url,
    token,
    get,
    makeBatch,
    async *events(signal) {
      const answer = await fetch(`${url}/api/v1/events`, { headers, signal })
      if (!answer.ok) throw new Error(await answer.text())
      let type = ''
      for await (const line of linesOf(answer.body!)) {
        if (line.startsWith('event: ')) type = line.slice(7)
        else if (line.startsWith('data: ')) yield { type, data: JSON.parse(line.slice(6)) as Record<string, unknown> }
      }
    },
    memoryMb: () => memoryOf(server.pid!),
    cpuSeconds: () => cpuOf(server.pid!),
    async [Symbol.asyncDispose]() {
      server.kill('SIGTERM')
      if (server.exitCode === null) await once(server, 'close')
      await blotter('token', 'revoke', name)
    },
  }
}

async function listening(server: ChildProcess, url: string): Promise<void> {
  for (let tries = 0; tries < 600 && server.exitCode === null; tries++) {
    const answers = await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (answers) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`Nothing answers at ${url}.`)
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

function memoryOf(pid: number): { now: number; peak: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mb = (name: string): number => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1024)
  return { now: mb('VmRSS'), peak: mb('VmHWM') }
}

function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
