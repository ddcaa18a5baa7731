/**
 * `npm run bench:spark [-- --rows 1000000,4000000,16000000 --json FILE]`: the first batch by each engine out of the same MariaDB, size by
 * size, each in a process of its own. Fails where a batch is not what it should be.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { PROGRAM, requireBatch } from './first-batch.ts'
import { measure, type Measured } from './measure.ts'
import { type Result, tableOf } from './report.ts'
import { prepareSpark } from './spark-place.ts'
import { DATABASE, makeWorld } from './world.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000,4000000,16000000' },
    json: { type: 'string', default: 'bench/results/spark.json' },
  },
})
const say = (message: string): boolean => process.stderr.write(`${message}\n`)

const spark = await prepareSpark(say)
const sizes: { rows: number; results: Result[] }[] = []
for (const rows of values.rows.split(',').map(Number)) {
  await using world = await makeWorld(rows, say)
  const source = `${world.server.url(DATABASE, 'crimes')}&tls=off`
  const results: Result[] = []
  for (const [engine, name, memory] of [
    ['duckdb', 'DuckDB', '1GiB'],
    ['spark', 'Spark', '3GiB'],
  ] as const) {
    const lake = join(world.folder, 'out', engine)
    const words = [process.execPath, PROGRAM, 'run', '--json', '--engine', engine, '--lake', lake, '--source', source]
    const env = { ...spark.env, BLOTTER_MEMORY: memory, BLOTTER_SOURCE_PASSWORD: world.server.password }
    const measured: Measured = await measure({ words, env }, world.server.pid)
    requireBatch(measured.output, { read: rows, landed: rows })
    results.push({ contest: `first batch of ${rows}`, name, runs: [measured] })
  }
  console.log(`\n${rows} incidents\n\n${tableOf(results, rows)}`)
  sizes.push({ rows, results })
}
await mkdir(dirname(values.json), { recursive: true })
await writeFile(values.json, `${JSON.stringify(sizes, undefined, 2)}\n`)
say(`All figures are in ${values.json}.`)
