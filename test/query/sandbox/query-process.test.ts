import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const skip = process.platform === 'linux' ? false : 'only Linux tells of processes in /proc'
const ENDLESS = fileURLToPath(new URL('programs/endless.ts', import.meta.url))

interface Seen {
  pid: number
  environment: string[]
  score: string
}

/** The process of a query that a parent has started, once it is there. */
async function queryOf(parent: number): Promise<Seen> {
  for (let tries = 0; tries < 100; tries++) {
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
      const isChild = / \d+ \(.*\) \S (\d+)/.exec(` ${await read('stat')}`)?.[1] === String(parent)
      if (!isChild || !(await read('cmdline')).includes('query-process.ts')) continue
      const score = (await read('oom_score_adj')).trim()
      if (score !== '1000') continue
      return { pid: Number(pid), environment: (await read('environ')).split('\0').filter((one) => one !== ''), score }
    }
    await pause(100)
  }
  return assert.fail('no query was started')
}

test(
  'the process of a query knows nothing of the environment, stands first in line, and ends with its server',
  { skip },
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const env = { ...process.env, BLOTTER_SOURCE_PASSWORD: 'canary', NODE_OPTIONS: '--no-deprecation' }
    const server = spawn(process.execPath, [ENDLESS, folder], { env, stdio: 'ignore' })
    t.after(() => server.kill('SIGKILL'))
    const { pid, environment } = await queryOf(server.pid!)
    // The shell adds where it stands, and Node.js the pipe that they speak through.
    const names = environment.map((one) => one.split('=', 1)[0]!)
    assert.deepEqual(
      names.filter((name) => !['PWD', 'OLDPWD', '_', 'SHLVL'].includes(name) && !name.startsWith('NODE_CHANNEL')),
      [],
    )
    server.kill('SIGKILL')
    await once(server, 'exit')
    for (let tries = 0; tries < 50 && (await isThere(pid)); tries++) await pause(100)
    assert.equal(await isThere(pid), false, 'the query went on without its server')
  },
)

async function isThere(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return state !== '' && !/\) Z /.test(state)
}
