/**
 * `node bench/kills.ts [--kills 1000] [--minutes 60] [--seed N]`: kills runs over a small source at random instants, goes on with
 * each, and compares every row of every table as of every batch with what comes of nobody killing it. Says how many kills there
 * were, in which steps they fell, and what was lost, repeated or half done; it fails where anything was.
 */
import { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { join } from 'node:path'
import { documentOf, type Ended, type RunDocument } from '../test/faults/blotter.ts'
import { contentsOf, type FaultyCity, makeFaultyCity } from '../test/faults/city.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
})

/** A batch as it comes out undisturbed, and how long that takes. */
interface Undisturbed {
  day: number
  at: string
  rows: RunDocument['rows']
  contents: Record<string, unknown>
  ms: number
}

const found = { kills: 0, batches: 0, in: {} as Record<string, number>, wrong: [] as string[] }

/** The first batch and the one after it, each kept as it was before. */
async function undisturbed(city: FaultyCity): Promise<Undisturbed[]> {
  const batches: Undisturbed[] = []
  for (const day of [0, 1]) {
    await city.publish(day)
    await city.keep(`before ${day}`).catch(() => undefined)
    const at = `2026-02-0${day + 1}T06:00:00Z`
    const begun = performance.now()
    const ended = await city.run(['--at', at])
    if (ended.code !== 0) throw new Error(`Undisturbed, it ended with ${ended.code ?? ended.signal}: ${ended.err}`)
    const ms = performance.now() - begun
    batches.push({ day, at, rows: documentOf<RunDocument>(ended).rows, contents: await contentsOf(city.lake), ms })
  }
  return batches
}

/** Kills a batch once to three times, goes on until it is done, and compares. */
async function killAndGoOn(city: FaultyCity, batch: Undisturbed, random: () => number): Promise<void> {
  await city.publish(batch.day)
  await city.putBack(batch.day === 0 ? 'nothing' : `before ${batch.day}`)
  for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
    const { child, ended } = city.startRun(argumentsOf(city.lake, batch.at))
    const timer = setTimeout(() => child.kill('SIGKILL'), random() * batch.ms)
    const { signal } = await ended
    clearTimeout(timer)
    if (signal !== 'SIGKILL') break
    found.kills += 1
    const step = stepOf(city.lake, batch.at)
    found.in[step] = (found.in[step] ?? 0) + 1
  }
  let last: Ended
  // On a machine that is busy, the harness may end one that takes a minute: that is one more kill.
  do last = await city.run(argumentsOf(city.lake, batch.at))
  while (last.signal === 'SIGKILL')
  found.batches += 1
  const what = `seed ${values.seed}, batch ${found.batches} (${batch.at})`
  if (last.code !== 0) return void found.wrong.push(`${what}: ended with ${last.code}: ${last.out}${last.err}`)
  const report = documentOf<RunDocument>(last)
  if (!isDeepStrictEqual(report.rows, batch.rows))
    found.wrong.push(`${what}: its report counts ${JSON.stringify(report.rows)}`)
  if (!isDeepStrictEqual(await contentsOf(city.lake), batch.contents)) found.wrong.push(`${what}: its tables differ`)
}

/** Whoever knows nothing of the kill says `blotter run`; the batch is named only where no run is left to go on with. */
function argumentsOf(lake: string, at: string): string[] {
  const isLeft =
    inState(lake, "SELECT 1 AS x FROM runs WHERE batch_at = ? AND state IN ('queued', 'running')", at) !== undefined
  return isLeft ? [] : ['--at', at]
}

/** The step that was under way when the process died; `between` for those before, between and after steps. */
function stepOf(lake: string, at: string): string {
  const sql = "SELECT name AS x FROM steps JOIN runs USING (run) WHERE batch_at = ? AND steps.state = 'running'"
  return String(inState(lake, sql, at) ?? 'between')
}

function inState(lake: string, sql: string, at: string): unknown {
  try {
    const state = new DatabaseSync(join(lake, '.blotter', 'state.sqlite'))
    try {
      return state.prepare(sql).get(at)?.['x']
    } finally {
      state.close()
    }
  } catch {
    // Killed before there was a state database, or in the midst of making it.
    return undefined
  }
}

/** Mulberry32: what is found can be had again by its seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

await using city = await makeFaultyCity()
const batches = await undisturbed(city)
const random = randomOf(Number(values.seed))
const until = performance.now() + Number(values.minutes) * 60_000
while (found.kills < Number(values.kills) && performance.now() < until) {
  await killAndGoOn(city, batches[Math.floor(random() * batches.length)]!, random)
}
console.log(JSON.stringify({ seed: Number(values.seed), ...found }, undefined, 2))
process.exitCode = found.wrong.length > 0 ? 1 : 0
