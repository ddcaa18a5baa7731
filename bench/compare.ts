/**
 * `npm run bench:compare [-- --rows 4000000 --json FILE]`: two days of the same table by the job as it is usually written, by Blotter
 * on Spark and by Blotter on DuckDB, then what each can answer about the change between them. Fails where a result is wrong.
 */
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { openDuckDb } from '../src/engine/duckdb/engine.ts'
import { literal } from '../src/model/sql-text.ts'
import { PROGRAM, requireBatch } from './first-batch.ts'
import { type Command, measure, type Measured } from './measure.ts'
import { makeSecondDay, requireTruth, truthOf } from './original/days.ts'
import { type SparkPlace, prepareSpark } from './spark-place.ts'
import { DATABASE, makeWorld, type World } from './world.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '4000000' },
    json: { type: 'string', default: 'bench/results/compare.json' },
  },
})
const say = (message: string): boolean => process.stderr.write(`${message}\n`)
const DAYS = ['2026-11-24', '2026-11-25'] as const

/** A way of doing the job: it leaves a lake, which grows by a day. */
interface Way {
  name: string
  lake: string
  command(day: string): Command
  /** Rows and incidents without arrest by type, as the lake has them on a day. */
  found(day: string): Promise<{ rows: number; byType: Record<string, number> }>
}

interface Taken extends Omit<Measured, 'output'> {
  way: string
  day: string
  lakeMb: number
  files: number
}

function original(world: World, spark: SparkPlace, more: { name: string; memory: string; fetch: string[] }): Way {
  const lake = join(world.folder, 'out', more.name.replaceAll(/\W+/g, '-'))
  const { server } = world
  const url = `jdbc:mysql://127.0.0.1:${server.port}/${DATABASE}?sslMode=DISABLED&allowPublicKeyRetrieval=true`
  const driver = spark.jars.find((jar) => jar.includes('mysql-connector'))!
  const settings = ['spark.ui.enabled=false', 'spark.driver.bindAddress=127.0.0.1', 'spark.driver.host=127.0.0.1']
  const words = ['--master', 'local[*]', '--driver-memory', more.memory, '--jars', driver, '--driver-class-path', driver]
  return {
    name: more.name,
    lake,
    command: (day) => ({
      words: [
        ...[spark.submit, ...words, ...settings.flatMap((setting) => ['--conf', setting])],
        ...[join(import.meta.dirname, 'original/daily_copy.py'), url, lake, day, ...more.fetch],
      ],
      env: { ...spark.env, MYSQL_USER: server.user, MYSQL_PASSWORD: server.password },
    }),
    async found(day) {
      await using engine = await openDuckDb({ memoryBytes: 2 ** 30, spillFolder: join(world.folder, 'spill-found') })
      const [raw] = await engine.rows(`SELECT count(*) AS n FROM read_parquet(${literal(copyOf(lake, 'raw/crimes', day))})`)
      const counts = await engine.rows(`SELECT * FROM read_parquet(${literal(copyOf(lake, 'aggregates/by_type', day))})`)
      return { rows: Number(raw!['n']), byType: byTypeOf(counts, 'primary_type') }
    },
  }
}

function copyOf(lake: string, table: string, day: string): string {
  const [year, month, date] = day.split('-')
  return join(lake, table, `year=${year}/month=${month}/day=${date}/*.parquet`)
}

function blotter(world: World, engine: 'spark' | 'duckdb', env: Readonly<Record<string, string>>): Way {
  const lake = join(world.folder, 'out', `blotter-${engine}`)
  const source = `${world.server.url(DATABASE, 'crimes')}&tls=off`
  return {
    name: `Blotter on ${engine === 'spark' ? 'Spark' : 'DuckDB'}`,
    lake,
    command: (day) => ({
      words: [
        ...[process.execPath, PROGRAM, 'run', '--json', '--engine', engine],
        ...['--lake', lake, '--source', source, '--at', `${day}T06:00:00Z`],
      ],
      env: { ...env, BLOTTER_SOURCE_PASSWORD: world.server.password },
    }),
    async found(day) {
      const query = async (sql: string): Promise<Record<string, unknown>[]> => {
        const { output } = await measure(ask(lake, 'query', sql, '--at', day, '--format', 'json'), world.server.pid)
        return JSON.parse(output) as Record<string, unknown>[]
      }
      const [raw] = await query('SELECT count(*) AS n FROM raw.crimes')
      const counts = await query('SELECT crime_type, incidents FROM aggregates.by_type')
      return { rows: Number(raw!['n']), byType: byTypeOf(counts, 'crime_type') }
    },
  }
}

function ask(lake: string, ...words: string[]): Command {
  return { words: [process.execPath, PROGRAM, ...words, '--lake', lake] }
}

function byTypeOf(rows: readonly Record<string, unknown>[], column: string): Record<string, number> {
  return Object.fromEntries(rows.map((row) => [String(row[column]), Number(row['incidents'])]))
}

async function sizeOf(folder: string): Promise<{ lakeMb: number; files: number }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size))
  return { lakeMb: sizes.reduce((sum, size) => sum + size, 0) / 1e6, files: files.length }
}

function table(head: readonly string[], lines: readonly (readonly (string | number)[])[]): string {
  const shown = lines.map((cells) =>
    cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(cell < 100 ? 1 : 0) : cell)),
  )
  const numbers = head.map((_, i) => (i === 0 ? '---' : '---:'))
  return [head, numbers, ...shown].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const spark = await prepareSpark(say)
await using world = await makeWorld(Number(values.rows), say)
const { days, edits, turnedId } = await truthOf(world)
const ways = [
  original(world, spark, { name: 'The original', memory: '10g', fetch: [] }),
  original(world, spark, { name: 'The original, streamed', memory: '3g', fetch: ['10000'] }),
  blotter(world, 'spark', { ...spark.env, BLOTTER_MEMORY: '3GiB' }),
  blotter(world, 'duckdb', {}),
]
const taken: Taken[] = []
for (const [i, day] of DAYS.entries()) {
  if (i === 1) await makeSecondDay(world)
  for (const way of ways) {
    const { output, ...figures } = await measure(way.command(day), world.server.pid)
    if (way.name.startsWith('Blotter')) {
      const { arrested, withdrawn } = edits
      requireBatch(output, { landed: i === 0 ? world.rows : arrested + withdrawn + edits.new })
    }
    const { rows, byType } = await way.found(day)
    requireTruth(`${way.name} on ${day}`, days[i]!, rows, byType)
    taken.push({ way: way.name, day, ...figures, ...(await sizeOf(way.lake)) })
    say(`${way.name}, day ${i + 1}: ${figures.wallS.toFixed(1)} s, CPU ${figures.cpuS.toFixed(1)} s`)
  }
}
const figures = taken.map((one) => [
  one.way,
  one.day,
  one.wallS,
  one.cpuS,
  one.serverCpuS,
  one.peakRssMb,
  one.lakeMb,
  String(one.files),
])
console.log(`\n${table(['', 'day', 'wall s', 'CPU s', 'server CPU s', 'peak MB', 'lake MB', 'files'], figures)}`)

const [copies, , , lake] = ways.map((way) => way.lake)
const changed = Object.values(edits).reduce((sum, n) => sum + n, 0)
const asked: { question: string; command: Command; expect(output: string): unknown; answer: unknown }[] = [
  {
    question: 'Incidents that changed, from two copies of the original',
    command: {
      words: [
        ...[process.execPath, join(import.meta.dirname, 'original/compare-copies.ts')],
        ...DAYS.map((day) => copyOf(copies!, 'raw/crimes', day)),
      ],
    },
    expect: (output) => Number(output),
    answer: changed,
  },
  {
    question: '`blotter diff`: the same, by kind',
    command: ask(lake!, 'diff', ...DAYS, '--json'),
    expect: (output) => (JSON.parse(output) as { counts: Record<string, number> }).counts['arrest_withdrawn'],
    answer: edits.withdrawn,
  },
  {
    question: '`blotter history`: the life of one incident',
    command: ask(lake!, 'history', turnedId, '--json'),
    expect: (output) => output.includes('arrest_withdrawn'),
    answer: true,
  },
  {
    question: '`blotter query --at`: the table as of the first day',
    command: ask(lake!, 'query', 'SELECT count(*) AS n FROM raw.crimes', '--at', DAYS[0], '--format', 'json'),
    expect: (output) => (JSON.parse(output) as { n: number }[])[0]!.n,
    answer: days[0].rows,
  },
  {
    question: '`blotter restore --dry-run`: what going back would change',
    command: ask(lake!, 'restore', DAYS[0], '--dry-run', '--json'),
    expect: (output) => output.length > 2,
    answer: true,
  },
]
const answers = []
for (const { question, command, expect, answer } of asked) {
  const { output, wallS, cpuS, peakRssMb } = await measure(command, world.server.pid)
  const found = expect(output)
  if (found !== answer) throw new Error(`${question}: expected ${String(answer)}, got ${String(found)}`)
  answers.push({ question, wallS, cpuS, peakRssMb })
}
console.log(
  `\n${table(
    ['', 'wall s', 'CPU s', 'peak MB'],
    answers.map((one) => [one.question, one.wallS, one.cpuS, one.peakRssMb]),
  )}`,
)
await mkdir(dirname(values.json), { recursive: true })
await writeFile(values.json, `${JSON.stringify({ rows: world.rows, edits, taken, answers }, undefined, 2)}\n`)
say(`All figures are in ${values.json}.`)
