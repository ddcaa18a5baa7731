import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { documentOf, type Env, momentsInto, type RunDocument, struckAt } from './blotter.ts'
import { changedPipeline, contentsOf, type FaultyCity, makeFaultyCity } from './city.ts'

/** How many times a run is killed in all; `BLOTTER_TEST_KILLS=1000` for the long form. */
const KILLS = Number(process.env['BLOTTER_TEST_KILLS'] ?? 24)
const SEED = Number(process.env['BLOTTER_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const DAYS = ['first', 'incremental', 'after a changed transform'] as const

/** What a batch comes to when nobody disturbs it. */
interface Undisturbed {
  args: string[]
  at: string
  report: RunDocument
  contents: Record<string, unknown>
  moments: string[]
  ms: number
}

describe('A run that is killed and gone on with', () => {
  let city: FaultyCity
  const undisturbed: Undisturbed[] = []
  const random = randomOf(SEED)

  before(async () => {
    city = await makeFaultyCity()
    for (const day of DAYS.keys()) {
      await city.publish(day)
      await city.keep(`before ${day}`).catch(() => undefined)
      const at = `2026-02-0${day + 1}T06:00:00Z`
      const args = day === 2 ? ['--pipeline', await changedPipeline(city.folder)] : []
      const counts = join(city.folder, 'counts.json')
      const began = performance.now()
      const ended = await city.run(['--at', at, ...args], momentsInto(counts))
      const ms = performance.now() - began
      assert.equal(ended.code, 0, ended.out + ended.err)
      const moments = JSON.parse(await readFile(counts, 'utf8')) as string[]
      undisturbed.push({ args, at, report: documentOf(ended), contents: await contentsOf(city.lake), moments, ms })
    }
  })
  after(() => city[Symbol.asyncDispose]())

  for (const [day, name] of DAYS.entries()) {
    it(`at any write, rename, sync or transaction leaves the ${name} batch as if nothing had happened`, async () => {
      const { moments } = undisturbed[day]!
      for (const moment of spread(moments.length, Math.ceil(KILLS / 6), random)) {
        await city.publish(day)
        await city.putBack(day === 0 ? 'nothing' : `before ${day}`)
        const what = `seed ${SEED}, ${name} batch, moment ${moment} (${moments[moment - 1]})`
        await killed(city, undisturbed[day]!, struckAt(String(moment)), what)
        await goesOn(city, undisturbed[day]!, what)
      }
    })

    it(`at any instant, again and again, leaves the ${name} batch as if nothing had happened`, async () => {
      for (let left = Math.ceil(KILLS / 6); left > 0;) {
        await city.publish(day)
        await city.putBack(day === 0 ? 'nothing' : `before ${day}`)
        const instants: number[] = []
        for (let times = 1 + Math.floor(random() * 2); times > 0; times--, left--) {
          instants.push(Math.floor(random() * undisturbed[day]!.ms))
          const run = city.startRun(again(city, undisturbed[day]!))
          const timer = setTimeout(() => run.child.kill('SIGKILL'), instants.at(-1))
          await run.ended
          clearTimeout(timer)
        }
        await goesOn(city, undisturbed[day]!, `seed ${SEED}, ${name} batch, killed after ${instants.join(' and ')} ms`)
      }
    })
  }
})

async function killed(city: FaultyCity, { at, args }: Undisturbed, env: Env, what: string): Promise<void> {
  const ended = await city.run(['--at', at, ...args], env)
  assert.equal(ended.signal ?? 'none', ended.code === 0 ? 'none' : 'SIGKILL', `${what}: ${ended.out}${ended.err}`)
}

/** Whoever knows nothing of the kill says `blotter run`; the batch is named only where no run is left to go on with. */
function again(city: FaultyCity, { at, args }: Undisturbed): string[] {
  return isUnderWay(city.lake, at) ? args : ['--at', at, ...args]
}

async function goesOn(city: FaultyCity, expected: Undisturbed, what: string): Promise<void> {
  const ended = await city.run(again(city, expected))
  assert.equal(ended.code, 0, `${what}: ${ended.out}${ended.err}`)
  const report = documentOf<RunDocument>(ended)
  assert.equal(report.batch_at, expected.at, what)
  assert.equal(report.state, 'succeeded', what)
  assert.deepEqual(report.rows, expected.report.rows, what)
  assert.deepEqual(report.changes, expected.report.changes, what)
  assert.deepEqual(rowsOf(report), rowsOf(expected.report), what)
  assert.deepEqual(await contentsOf(city.lake), expected.contents, what)
}

function rowsOf({ tables }: RunDocument): [string, number][] {
  return tables.map(({ name, rows }) => [name, rows])
}

function isUnderWay(lake: string, at: string): boolean {
  try {
    const state = new DatabaseSync(join(lake, '.blotter', 'state.sqlite'))
    try {
      const sql = "SELECT count(*) AS n FROM runs WHERE batch_at = ? AND state IN ('queued', 'running')"
      return state.prepare(sql).get(at)?.['n'] === 1
    } finally {
      state.close()
    }
  } catch {
    // Killed before there was a state database, or in the midst of making it.
    return false
  }
}

/** `count` whole numbers from 1 to `of`, evenly spread with a random offset; all of them if `count` is as large. */
function spread(of: number, count: number, random: () => number): number[] {
  const step = Math.max(1, of / count)
  const offset = random() * step
  const found = Array.from({ length: Math.min(of, count) }, (_, i) => Math.min(of, 1 + Math.floor(offset + i * step)))
  return [...new Set(found)]
}

/** Mulberry32: a failure names its seed and can be had again. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
