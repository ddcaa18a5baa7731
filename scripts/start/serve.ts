import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/**
 * `blotter serve` over a lake, in a process of its own that writes to the same terminal; it prints the address, and the
 * one-time link of the first user. Resolves to its exit code once it was stopped.
 */
export function servePages(lake: string, signal: AbortSignal): Promise<number> {
  const server = spawn(process.execPath, [...process.execArgv, MAIN, 'serve', '--lake', lake], { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both processes; what came to this one alone is passed on.
  const stop = (): void => void (process.stdin.isTTY || server.kill('SIGTERM'))
  signal.addEventListener('abort', stop, { once: true })
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.on('exit', (code) => {
      signal.removeEventListener('abort', stop)
      resolve(code ?? 0)
    })
  })
}
