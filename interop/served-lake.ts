import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const timeout = 5 * 60_000
const endTimeoutMs = 60_000

/** Runs the program as a person would, and gives what it printed. */
export async function blotter(...args: string[]): Promise<string> {
  const { stdout } = await run(join(root, 'bin', 'blotter'), args, { cwd: root, timeout, maxBuffer: 1 << 26 })
  return stdout
}

/** A lake that `blotter serve` serves on a free port, until it is ended. */
export interface ServedLake {
  /** `http://127.0.0.1:40123/iceberg` */
  url: string
  token(name: string, ...scopes: string[]): Promise<string>
  /** Fails unless the server ends with exit code 0. */
  end(): Promise<void>
}

export async function serve(lake: string): Promise<ServedLake> {
  const server = spawn(join(root, 'bin', 'blotter'), ['serve', '--port', '0', '--lake', lake, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { iceberg } = JSON.parse(await firstDocument(server)) as { iceberg: string }
  return {
    url: iceberg,
    async token(name, ...scopes) {
      const made = await blotter(
        'token',
        'add',
        name,
        ...scopes.flatMap((scope) => ['--scope', scope]),
        '--lake',
        lake,
        '--json',
      )
      return (JSON.parse(made) as { token: string }).token
    },
    async end() {
      const late = setTimeout(() => server.kill('SIGKILL'), endTimeoutMs)
      const ended = once(server, 'exit')
      server.kill('SIGTERM')
      const [code, signal] = (await ended) as [number | null, string | null]
      clearTimeout(late)
      if (code !== 0)
        throw new Error(`blotter serve ended with ${code ?? signal} within ${endTimeoutMs} ms of being asked to.`)
    },
  }
}

async function firstDocument(server: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of server.stdout!) {
    text += String(chunk)
    if (text.trimEnd().endsWith('}')) return text
  }
  throw new Error(`blotter serve ended before it was there; it said: ${text}`)
}
