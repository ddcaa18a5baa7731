import { cp, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Candidate, Contest } from './candidate.ts'
import { BLOTTER } from './first-batch.ts'
import { measure } from './measure.ts'
import { DATABASE, type World } from './world.ts'

const BATCHES = 30
const QUERIES = [
  'select primary_type, count(*) as n from raw.crimes group by all',
  'select crime_type, year, count(*) as n, round(avg(latitude), 6) as mean from processed.crimes_without_arrest group by all',
]

/** Group-bys over the newest version after thirty batches, each with another hundredth changed, and over the same compacted. */
export async function readingContest(world: World): Promise<Contest> {
  const lake = join(world.folder, 'out', 'lake-read')
  const asLeft = join(world.folder, 'out', 'lake-left')
  const aside = join(world.folder, 'out', 'lake-aside')
  const env = { BLOTTER_SOURCE_PASSWORD: world.server.password }
  const source = `${world.server.url(DATABASE, 'crimes')}&tls=off`
  const blotter = (...words: string[]): string[] => [BLOTTER, ...words, '--lake', lake]
  const done = (...words: string[]) => measure({ words: blotter(...words), env }, world.server.pid)
  const change = (set: string, which: string): Promise<unknown> =>
    world.server.admin(
      `USE ${DATABASE}; UPDATE crimes SET arrest = NOT arrest, updated_on = ${set} WHERE id DIV 3 % 100 ${which}`,
    )

  await done('run', '--source', source)
  for (let batch = 0; batch < BATCHES; batch++) {
    await change('updated_on + INTERVAL 1 DAY', `= ${batch}`)
    const { wallS } = await done('run', '--source', source)
    world.say(`reading: batch ${batch + 1} of ${BATCHES}: ${wallS.toFixed(1)} s`)
  }
  await change('updated_on - INTERVAL 1 DAY', `< ${BATCHES}`)
  await cp(lake, asLeft, { recursive: true })
  await done('compact')

  // The lake's files are named by their whole paths: whichever is read is put where both were made.
  let isCompacted = true
  const put = async (compacted: boolean): Promise<void> => {
    if (compacted === isCompacted) return
    for (const [from, to] of [
      [lake, aside],
      [asLeft, lake],
      [aside, asLeft],
    ] as const)
      await rename(from, to)
    isCompacted = compacted
  }
  const found: string[] = []
  const candidate = (query: number, compacted: boolean): Candidate => ({
    name: `query ${query + 1}, ${compacted ? 'freshly compacted' : `after ${BATCHES} batches`}`,
    prepare: () => put(compacted),
    command: { words: blotter('query', `${QUERIES[query]} order by all`, '--format', 'csv'), env },
    async check(output) {
      found[query] ??= output
      if (output !== found[query]) throw new Error(`query ${query + 1} gave other rows before compaction than after it`)
    },
  })
  return {
    title: 'reading',
    candidates: QUERIES.keys()
      .toArray()
      .flatMap((i) => [candidate(i, true), candidate(i, false)]),
  }
}
