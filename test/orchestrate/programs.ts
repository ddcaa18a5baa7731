import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

/** A program of this folder as a process of its own, ended with the test. */
export interface Program {
  pid: number
  /** Waits until it prints a line that holds `text`. Rejects if it ends before. */
  says(text: string): Promise<void>
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Its exit code once it ends. */
  ended: Promise<number | null>
  readonly output: string
}

export function start(t: TestContext, name: string, ...args: string[]): Program {
  const file = fileURLToPath(new URL(`./programs/${name}`, import.meta.url))
  const child: ChildProcess = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const ended = once(child, 'close').then(([code]) => code as number | null)
  t.after(() => child.kill('SIGKILL'))
  return {
    pid: child.pid ?? 0,
    ended,
    get output() {
      return output
    },
    async says(text) {
      while (!output.includes(text)) {
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`It ended without "${text}":\n${output}`)
        await Promise.race([once(child.stdout ?? child, 'data'), ended])
      }
    },
    async kill(signal = 'SIGKILL') {
      child.kill(signal)
      await ended
    },
  }
}
