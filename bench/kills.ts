/**
 * `node bench/kills.ts [--kills 1000] [--minutes 60] [--seed N] [--keep DIR]`: kills what writes a lake (batches of several kinds, a
 * restore, a compaction, an expiry) at random instants and before random writes, once to three times each, goes on with it, and
 * compares every row of every table as of every batch with what comes of nobody killing it. Says how many kills there were, of which
 * kinds, and what was lost, repeated or half done; it fails where anything was. `--keep` takes copies of the lakes that differ.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { cp, readFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { join } from 'node:path'
import { runCommandLine } from '../src/cli/program.ts'
import { PLAIN, type Output } from '../src/cli/terminal.ts'
import { openPlatform } from '../src/platform.ts'
import { documentOf, type Env, momentsInto, type RunDocument, struckAt } from '../test/faults/blotter.ts'
import { changedPipeline, contentsOf, type FaultyCity, makeFaultyCity } from '../test/faults/city.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    keep: { type: 'string' },
  },
})

/** What is killed: a command over a lake as an earlier one left it, while the city is as on one day. */
interface Work {
  name: string
  after: string
  day: number
  verb: string[]
  /** Name of the batch that it makes, where it makes one. */
  at?: string
}

/** What it comes to when nobody disturbs it, what it writes, and how long it took the last times. */
interface Undisturbed extends Work {
  rows: RunDocument['rows'] | undefined
  contents: Record<string, unknown>
  moments: number
  tookMs: number[]
}

const found = {
  kills: 0,
  compared: 0,
  late: 0,
  at: { instant: 0, write: 0 },
  of: {} as Record<string, number>,
  in: {} as Record<string, number>,
  wrong: [] as string[],
}

function worksOf(city: FaultyCity, changed: string): Work[] {
  const run = ['run', '--json', '--source', `file:${city.file}`]
  const at = (day: number): string => `2026-02-0${day}T06:00:00Z`
  return [
    { name: 'first', after: 'nothing', day: 0, verb: run, at: at(1) },
    { name: 'incremental', after: 'first', day: 1, verb: run, at: at(2) },
    { name: 'full', after: 'incremental', day: 2, verb: [...run, '--full'], at: at(3) },
    { name: 'changed transform', after: 'incremental', day: 2, verb: [...run, '--pipeline', changed], at: at(3) },
    { name: 'restore', after: 'full', day: 2, verb: ['restore', '--json', at(1)], at: at(4) },
    { name: 'compact', after: 'restore', day: 2, verb: ['compact', '--json'] },
    { name: 'expire', after: 'compact', day: 2, verb: ['expire', '--json', '--keep-batches', '1'] },
  ]
}

async function undisturbed(city: FaultyCity, work: Work): Promise<Undisturbed> {
  const moments = join(city.folder, 'moments.json')
  await prepare(city, work)
  const ended = await endOf(await ready(city, momentsInto(moments)), argumentsOf(city, work))
  if (ended.code !== 0)
    throw new Error(`Undisturbed, ${work.name} ended with ${ended.code ?? ended.signal}: ${ended.out}${ended.err}`)
  await city.keep(work.name)
  return {
    ...work,
    rows: work.verb[0] === 'run' ? documentOf<RunDocument>(ended).rows : undefined,
    contents: await contentsOf(city.lake),
    moments: (JSON.parse(await readFile(moments, 'utf8')) as string[]).length,
    tookMs: [ended.ms],
  }
}

async function prepare(city: FaultyCity, { after, day }: Work): Promise<void> {
  await city.publish(day)
  await city.putBack(after)
}

/** Whoever knows nothing of the kill says the same again; a batch is named only where no run is left to go on with. */
function argumentsOf({ lake }: FaultyCity, { verb, at }: Work): string[] {
  const isLeft = verb[0] === 'run' && at !== undefined && ['queued', 'running'].includes(stateOf(lake, at) ?? '')
  return [...verb, '--lake', lake, ...(at === undefined || isLeft ? [] : ['--at', at])]
}

/** A process that has loaded what it needs, and waits for what to do. */
async function ready(city: FaultyCity, env: Env = {}): Promise<ChildProcess> {
  const program = join(import.meta.dirname, 'programs/ready.ts')
  const cache = join(import.meta.dirname, '../node_modules/.cache/compiled')
  const child = fork(program, [], {
    cwd: city.folder,
    env: { ...process.env, NODE_COMPILE_CACHE: cache, ...env },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    silent: true,
  })
  await once(child, 'message')
  return child
}

interface EndedWork {
  code: number | null
  signal: NodeJS.Signals | null
  out: string
  err: string
  ms: number
}

async function endOf(child: ChildProcess, args: string[], killAfterMs?: number): Promise<EndedWork> {
  let [out, err] = ['', '']
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (err += text))
  const begun = performance.now()
  child.send(args)
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  clearTimeout(timer)
  return { code, signal, out, err, ms: performance.now() - begun }
}

async function killAndGoOn(city: FaultyCity, work: Undisturbed, random: () => number): Promise<void> {
  await prepare(city, work)
  const kills: string[] = []
  for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
    const moment = random() < 0.5 ? 1 + Math.floor(random() * work.moments) : undefined
    const killAfterMs = moment === undefined ? random() * median(work.tookMs) : undefined
    const child = await ready(city, moment === undefined ? {} : struckAt(String(moment)))
    const ended = await endOf(child, argumentsOf(city, work), killAfterMs)
    if (ended.signal !== 'SIGKILL') {
      found.late += 1
      if (kills.length === 0) work.tookMs = [ended.ms, ...work.tookMs].slice(0, 9)
      if (ended.code !== 0 && !isDone(city, work))
        wrong(city, work, kills, `ended with ${ended.code}: ${ended.out}${ended.err}`)
      break
    }
    kills.push(moment === undefined ? `after ${Math.round(killAfterMs!)} ms` : `before write ${moment}`)
    count(city, work, moment === undefined ? 'instant' : 'write')
  }
  if (kills.length > 0) await goOn(city, work, kills, random() < 0.1)
}

function count(city: FaultyCity, work: Work, how: keyof typeof found.at): void {
  const step = work.at === undefined ? 'no step' : (stepOf(city.lake, work.at) ?? 'between')
  found.kills += 1
  found.at[how] += 1
  found.of[work.name] = (found.of[work.name] ?? 0) + 1
  found.in[step] = (found.in[step] ?? 0) + 1
}

/** Goes on mostly in this process, which spares the loading, and now and then in one of its own. */
async function goOn(city: FaultyCity, work: Undisturbed, kills: string[], apart: boolean): Promise<void> {
  if (work.verb[0] === 'run' || !isDone(city, work)) {
    const args = argumentsOf(city, work)
    const { code, out } = apart ? await endOf(await ready(city), args) : await here(city, args)
    if (code !== 0) return wrong(city, work, kills, `going on ended with ${code}: ${out}`)
    const rows = work.rows && documentOf<RunDocument>({ code, signal: null, out, err: '' }).rows
    if (!isDeepStrictEqual(rows, work.rows)) wrong(city, work, kills, `its report counts ${JSON.stringify(rows)}`)
  }
  found.compared += 1
  const contents = await contentsOf(city.lake)
  const names = [...new Set([...Object.keys(contents), ...Object.keys(work.contents)])]
  const differing = names.filter((name) => !isDeepStrictEqual(contents[name], work.contents[name]))
  if (differing.length > 0) wrong(city, work, kills, `differs in ${differing.join(', ')}`)
}

async function here(city: FaultyCity, args: string[]): Promise<{ code: number; out: string }> {
  let out = ''
  const silent: Output = { isTerminal: false, columns: undefined, styles: PLAIN, write: async () => {} }
  const said: Output = { ...silent, write: async (text) => void (out += text) }
  const unused = (): Promise<never> => Promise.reject(new Error('Nothing of this asks for it.'))
  const code = await runCommandLine(args, {
    terminal: { out: said, err: silent },
    env: {},
    cwd: city.folder,
    signal: new AbortController().signal,
    readSecret: unused,
    startServer: unused,
    renderAirflow: unused,
    openPlatform,
    openAlerts: unused,
  })
  return { code, out }
}

function wrong(city: FaultyCity, work: Work, kills: string[], what: string): void {
  found.wrong.push(`seed ${values.seed}, ${work.name}, killed ${kills.join(', then ')}: ${what}`)
  console.error(found.wrong.at(-1))
  if (values.keep !== undefined) void cp(city.lake, join(values.keep, `${found.wrong.length}`), { recursive: true })
}

/** A batch that is there and has been told of needs nobody to go on with it, and is refused a second time. */
function isDone({ lake }: FaultyCity, { at }: Work): boolean {
  return at !== undefined && stateOf(lake, at) === 'succeeded'
}

function stateOf(lake: string, at: string): string | undefined {
  return inState(lake, 'SELECT state AS x FROM runs WHERE batch_at = ? ORDER BY rowid DESC LIMIT 1', at)
}

/** The step that was under way when the process died, if any was. */
function stepOf(lake: string, at: string): string | undefined {
  const sql = "SELECT name AS x FROM steps JOIN runs USING (run) WHERE batch_at = ? AND steps.state = 'running'"
  return inState(lake, sql, at)
}

function inState(lake: string, sql: string, at: string): string | undefined {
  try {
    const state = new DatabaseSync(join(lake, '.blotter', 'state.sqlite'))
    try {
      return state.prepare(sql).get(at)?.['x'] as string | undefined
    } finally {
      state.close()
    }
  } catch {
    // Killed before there was a state database, or in the midst of making it.
    return undefined
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
}

/** Mulberry32: what is drawn can be had again by its seed. */
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
const works: Undisturbed[] = []
for (const work of worksOf(city, await changedPipeline(city.folder))) works.push(await undisturbed(city, work))
const random = randomOf(Number(values.seed))
const until = performance.now() + Number(values.minutes) * 60_000
while (found.kills < Number(values.kills) && performance.now() < until) {
  await killAndGoOn(city, works[Math.floor(random() * works.length)]!, random)
  if (found.compared % 50 === 1) console.error(`${found.kills} kills, ${found.wrong.length} wrong`)
}
console.log(JSON.stringify({ seed: Number(values.seed), ...found }, undefined, 2))
process.exitCode = found.wrong.length > 0 ? 1 : 0
