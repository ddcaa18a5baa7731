import { type ChildProcess, spawn } from 'node:child_process'
import { BASE_BYTES, type FromChild, type QueryLimits, type ToChild } from './protocol.ts'

/** A process that waits for one query, or answers it. */
export interface QueryProcess {
  readonly child: ChildProcess
  send(message: ToChild): void
  onMessage(listen: (message: FromChild) => void): void
  /** How it ended, in words; resolves once. */
  readonly ended: Promise<{ signal: NodeJS.Signals | null; words: string }>
  /** Ends it at once, whatever it does. */
  kill(): void
}

/** What the address space of Node.js holds without using it: the wall counts it, the fence does not. */
const UNUSED_BYTES = 640 << 20

/**
 * Starts `program` with an empty environment. On POSIX systems the shell first puts up a wall that the process cannot take
 * down: no core files, and limits on memory (which Linux keeps, other systems do not), processor time and the size of files.
 */
export function startQueryProcess(program: string, folder: string, limits: QueryLimits): QueryProcess {
  const node = [process.execPath, `--max-old-space-size=128`, program]
  const seconds = Math.ceil((limits.timeMs / 1000) * limits.threads) + 10
  const kilobytes = Math.ceil((limits.memoryBytes + BASE_BYTES + UNUSED_BYTES) / 1024)
  const blocks = Math.ceil((Math.max(limits.resultBytes, limits.spillBytes) + (64 << 20)) / 512)
  const wall = `ulimit -c 0; ulimit -t ${seconds}; ulimit -d ${kilobytes}; ulimit -f ${blocks}; exec "$0" "$@"`
  const [command, ...args] = process.platform === 'win32' ? node : ['/bin/sh', '-c', wall, ...node]
  const child = spawn(command!, args, {
    cwd: folder,
    // The locale decides on nothing in there; Node.js adds the number of the pipe that it speaks through.
    env: {},
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  })
  const ended = new Promise<Awaited<QueryProcess['ended']>>((resolve) => {
    child.once('error', (error) => resolve({ signal: null, words: error.message }))
    child.once('close', (code, signal) => resolve({ signal, words: signal ?? `exit code ${code}` }))
  })
  return {
    child,
    ended,
    // Whoever is told something after its end does not miss it.
    send: (message) => void (child.connected && child.send(message, () => {})),
    onMessage: (listen) => void child.on('message', (message) => listen(message as FromChild)),
    kill: () => void child.kill('SIGKILL'),
  }
}
