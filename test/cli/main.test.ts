import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Check } from '../../src/pipeline/upkeep/doctor.ts'
import type { Diff } from '../../src/history/diff.ts'
import type { RunDetail } from '../../src/platform/running/run-summary.ts'
import type { RunReport } from '../../src/model/report.ts'
import type { WrittenResult } from '../../src/query/write-result.ts'

let folder: string
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'blotter-'))))
after(() => rm(folder, { recursive: true, force: true }))

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

interface Given {
  /** Sends SIGINT or SIGTERM as soon as the path is there. */
  signal?: { name: 'SIGINT' | 'SIGTERM'; whenThere: string }
  /** Closes stdout after the first piece, as `head` does. */
  closeEarly?: boolean
  /** Where stdout goes in place of a pipe. */
  stdout?: number
}

/** Runs the real program in the folder, with nothing of this process's environment but what it needs. */
function blotter(args: readonly string[], given: Given = {}): Promise<Ended> {
  const main = join(import.meta.dirname, '../../src/cli/main.ts')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
    stdio: ['ignore', given.stdout ?? 'pipe', 'pipe'],
  })
  const ended: Ended = { code: null, stdout: '', stderr: '' }
  child.stdout?.on('data', (text: Buffer) => {
    ended.stdout += String(text)
    if (given.closeEarly) child.stdout?.destroy()
  })
  child.stderr!.on('data', (text: Buffer) => void (ended.stderr += String(text)))
  const { signal } = given
  const watching =
    signal && setInterval(() => existsSync(signal.whenThere) && child.kill(signal.name) && clearInterval(watching), 50)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      clearInterval(watching)
      resolve({ ...ended, code })
    })
  })
}

test('two batches are made, listed, compared and queried by the real program, each as one JSON document', async () => {
  const run = (day: number): Promise<Ended> =>
    blotter([
      'run',
      '--json',
      '--source',
      `demo://chicago?rows=2000&seed=1&day=${day}`,
      '--at',
      `2026-11-2${day + 1}T06:00:00Z`,
    ])
  const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await blotter([...args, '--json'])).stdout) as T
  const first = await run(0)
  assert.equal(first.code, 0, first.stderr)
  assert.equal(first.stderr, '')
  assert.equal((JSON.parse(first.stdout) as RunReport).rows.read, 2000)
  assert.equal((await run(1)).code, 0)
  assert.deepEqual(
    (await json<{ batch_at: string }[]>('batches')).map((batch) => batch.batch_at),
    ['2026-11-21T06:00:00Z', '2026-11-22T06:00:00Z'],
  )
  assert.deepEqual(await json('query', 'select count(*) as n from raw.crimes', '--at', '2026-11-21'), [{ n: 2000 }])
  const diff = await json<Diff>('diff', 'latest~1', 'latest', '--rows')
  assert.equal(diff.incidents, diff.changes?.length)
  assert.ok(diff.counts['new']! > 0)
  assert.equal((await json<RunDetail>('runs', 'show')).state, 'succeeded')
  assert.ok((await json<Check[]>('doctor')).every((check) => check.state !== 'fail'))
  const written = await json<WrittenResult>('query', 'from raw.crimes', '--output', 'all.parquet')
  assert.deepEqual([written.format, written.rows > 1990], ['parquet', true])
  assert.deepEqual((await readdir(folder)).toSorted(), ['all.parquet', 'lake'])
})

test('a reader that has seen enough ends a query without a complaint', async () => {
  const sql = "select range, repeat('x', 1000) as text from range(1000000)"
  const { code, stderr } = await blotter(['query', sql, '--format', 'csv'], { closeEarly: true })
  assert.equal(stderr, '')
  assert.equal(code, 0)
})

test('Ctrl-C and SIGTERM end a run with 130, one message and nothing committed', async () => {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    const lake = ['--lake', `stopped-${name}`]
    const whenThere = join(folder, `stopped-${name}`, '.blotter', 'runs')
    const source = ['--source', 'demo://chicago?rows=20000000']
    const { code, stdout, stderr } = await blotter(['run', ...lake, ...source], { signal: { name, whenThere } })
    assert.equal(code, 130, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, /error: Interrupted\.\n {2}Nothing was committed/)
    assert.doesNotMatch(stderr, /\n {4}at /)
    assert.equal((await blotter(['batches', ...lake, '--json'])).stdout, '[]\n')
  }
})

test('mistakes reach the shell with their exit code', async () => {
  assert.equal((await blotter(['nonsense'])).code, 2)
  assert.equal((await blotter(['query', 'select 1', '--lake', 'nowhere'])).code, 1)
  assert.equal((await blotter(['query', 'drop table raw.crimes'])).code, 2)
  assert.equal((await blotter(['--version'])).code, 0)
})

test(
  'what cannot be printed is said, with 1',
  { skip: existsSync('/dev/full') ? false : 'this system has no /dev/full, on which every write fails' },
  async () => {
    const full = openSync('/dev/full', 'w')
    try {
      const { code, stderr } = await blotter(['batches', '--lake', 'none'], { stdout: full })
      assert.equal(code, 1)
      assert.match(stderr, /^error: Standard output cannot be written: ENOSPC[^]*→ Send it elsewhere/)
    } finally {
      closeSync(full)
    }
  },
)
