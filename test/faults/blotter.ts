import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ErrorCode } from '../../src/errors.ts'
import type { RunReport } from '../../src/model/report.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/blotter', import.meta.url))

/** How a command line ended. */
export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  out: string
  err: string
}

/** A command line at work as a process of its own; `bin/blotter` replaces itself, so that its pid is the program's. */
export interface Started {
  child: ChildProcess
  ended: Promise<Ended>
  /** Resolves when something that `text` matches stands on stderr; rejects if it ends without. */
  says(text: RegExp): Promise<void>
}

export type Env = Readonly<Record<string, string>>

const STRIKING = `--import=${new URL('./programs/signal-at.mjs', import.meta.url).href}`

/** A run that gets a signal at a moment of its work: the 17th (`17`), or the third of a kind (`COPY 3`). */
export function struckAt(moment: string, signal: NodeJS.Signals | 'SQLITE_FULL' = 'SIGKILL'): Env {
  return { NODE_OPTIONS: STRIKING, BLOTTER_TEST_MOMENT: moment, BLOTTER_TEST_SIGNAL: signal }
}

/** A run that writes the list of its moments into a file. */
export function momentsInto(file: string): Env {
  return { NODE_OPTIONS: STRIKING, BLOTTER_TEST_MOMENTS: file }
}

const TIMEOUT_MS = 60_000

/** `input` is what comes by stdin; without it there is none. */
export function startBlotter(args: readonly string[], options: { cwd: string; env?: Env; input?: string }): Started {
  const foreign = /^(?:BLOTTER_|NODE_OPTIONS|NODE_TEST|FORCE_COLOR)/
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  const env = { ...Object.fromEntries(inherited), ...options.env }
  const child = spawn(PROGRAM, args, { cwd: options.cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => {})
  child.stdin.end(options.input)
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const late = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(late)
      resolve({ code, signal, out, err })
    })
  })
  return {
    child,
    ended,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => void (text.test(err) && resolve())
        child.stderr.on('data', look)
        child.on('close', () => reject(new Error(`It ended without ${text}:\n${out}\n${err}`)))
        look()
      }),
  }
}

export function blotter(args: readonly string[], options: { cwd: string; env?: Env; input?: string }): Promise<Ended> {
  return startBlotter(args, options).ended
}

/** What `--json` printed; fails with all that was printed if that is not exactly one document. */
export function documentOf<Document>(ended: Ended): Document {
  try {
    return JSON.parse(ended.out) as Document
  } catch {
    throw new Error(`No JSON document: exit ${ended.code ?? ended.signal}\n${ended.out}\n${ended.err}`)
  }
}

export interface ErrorDocument {
  error: { code: ErrorCode; message: string; remedy: string; context: Record<string, unknown> }
}

export type RunDocument = RunReport & { held?: { guard: string; message: string; todo: string } }
