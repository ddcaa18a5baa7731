import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { serviceMissing } from './database-process.ts'
import { onPath } from './debian-packages.ts'

/** Give it to `describe` or `test` where `startMoto` found nothing: `{ skip: moto ? false : NO_MOTO }`. */
export const NO_MOTO = 'moto is missing: pip install "moto[server]"'

/** A model of AWS on loopback (https://docs.getmoto.org), empty and of this test process's own. */
export interface Moto {
  endpoint: string
  stop(): Promise<void>
}

const STARTED_WITHIN_MS = 60_000

/** Starts moto's server (about 2 s, 100 MB). Undefined where Python has no moto, which fails in CI. Ends with the process. */
export async function startMoto(): Promise<Moto | undefined> {
  const python = onPath('python3')
  if (!python) return serviceMissing('moto', 'Install Python 3 and `pip install "moto[server]"`.', new Error('no python3'))
  const port = await freePort()
  const words = [python, '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)]
  const setpriv = onPath('setpriv')
  if (setpriv) words.unshift(setpriv, '--pdeathsig', 'KILL')
  const child = spawn(words[0]!, words.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-2000)))
  child.unref()
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const endpoint = `http://127.0.0.1:${port}`
  const deadline = performance.now() + STARTED_WITHIN_MS
  for (;;) {
    const answers = await fetch(`${endpoint}/moto-api/data.json`).then((answer) => answer.ok, () => false)
    if (answers) return { endpoint, stop: () => stopped(child, kill) }
    if (child.exitCode !== null || performance.now() > deadline) {
      kill()
      return serviceMissing('moto', 'Run `pip install "moto[server]"`.', new Error(said.trim().split('\n').at(-1)))
    }
    await sleep(50)
  }
}

async function stopped(child: ChildProcess, kill: () => void): Promise<void> {
  process.removeListener('exit', kill)
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.ref()
  kill()
  await ended
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
