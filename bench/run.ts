/**
 * `npm run bench [-- --rows 4000000 --runs 3 --peers --json FILE extract first-batch incremental load reading]`: measures
 * Blotter against what else does the same work, on the same table in the same run, by turns. Never a test: it fails only on
 * wrong results.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import type { Contest } from './candidate.ts'
import { extractContest } from './extract.ts'
import { firstBatchContest } from './first-batch.ts'
import { incrementalContest } from './incremental.ts'
import { loadContest } from './load.ts'
import { measure, type Measured } from './measure.ts'
import { preparePeers } from './peers/environment.ts'
import { readingContest } from './reading.ts'
import { type Result, tableOf } from './report.ts'
import { makeWorld, type World } from './world.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '4000000' },
    runs: { type: 'string', default: '3' },
    peers: { type: 'boolean', default: false },
    json: { type: 'string', default: 'bench/results/latest.json' },
  },
})
const wanted = positionals.length > 0 ? positionals : ['extract', 'first-batch', 'incremental', 'load']
const say = (message: string): boolean => process.stderr.write(`${message}\n`)

async function contestOf(name: string, world: World): Promise<Contest> {
  if (name === 'extract') return extractContest(world, values.peers ? await preparePeers(say) : undefined)
  if (name === 'first-batch') return firstBatchContest(world)
  if (name === 'incremental') return incrementalContest(world)
  if (name === 'load') return loadContest(world)
  if (name === 'reading') return readingContest(world)
  throw new Error(`There is no ${name} to measure; there are extract, first-batch, incremental, load, reading.`)
}

async function hold(contest: Contest, world: World, runs: number): Promise<Result[]> {
  const taken = new Map(contest.candidates.map((candidate) => [candidate.name, [] as Measured[]]))
  for (let run = 1; run <= runs; run++) {
    for (const candidate of contest.candidates) {
      await candidate.prepare?.()
      const measured = await measure(candidate.command, world.server.pid)
      await candidate.check(measured.output)
      taken.get(candidate.name)!.push(measured)
      say(
        `${contest.title}, run ${run} of ${runs}: ${candidate.name}: ${measured.wallS.toFixed(1)} s, CPU ${measured.cpuS.toFixed(1)} s`,
      )
    }
  }
  return [...taken].map(([name, runs]) => ({ contest: contest.title, name, runs }))
}

await using world = await makeWorld(Number(values.rows), say)
const results: Result[] = []
for (const name of wanted) {
  const some = await hold(await contestOf(name, world), world, Number(values.runs))
  results.push(...some)
  console.log(`\n${tableOf(some, world.rows)}`)
}
const machine = {
  cpu: cpus()[0]?.model ?? '',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
}
await mkdir(dirname(values.json), { recursive: true })
await writeFile(
  values.json,
  `${JSON.stringify({ rows: world.rows, server: world.server.version, machine, results }, undefined, 2)}\n`,
)
say(`All figures are in ${values.json}.`)
