import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openSqliteCatalog } from '../../src/catalog/sqlite/catalog.ts'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { BlotterError } from '../../src/errors.ts'
import { scansAsOf, viewLake } from '../../src/history/as-of.ts'
import { blameFile } from '../../src/lake/read/damage.ts'
import { localStorage } from '../../src/lake/local/storage.ts'
import { scanSql } from '../../src/lake/read/read.ts'
import { CATALOG_NAME } from '../../src/platform.ts'
import { type City, type Incident, makeCity } from '../pipeline/city.ts'

const DAYS = ['2026-02-01T06:00:00Z', '2026-02-02T06:00:00Z', '2026-02-03T06:00:00Z']
const TYPES = ['THEFT', 'BATTERY', 'ARSON', 'ROBBERY']

/** Files of a lake by what they are. All of a kind are written by the same code. */
const KINDS = {
  catalog: /^catalog\.sqlite$/,
  metadata: /\.metadata\.json$/,
  'manifest list': /\/snap-[^/]*\.avro$/,
  manifest: /-m0\.avro$/,
  Parquet: /\.parquet$/,
} as const

const DAMAGE_BUDGET_MS = 1_200
const SEED = 20_261_125

type Rows = Record<string, string>
type Kind = keyof typeof KINDS

/** A day's incidents; each later day gives a seventh of them another type and place, so that there are deletes. */
function incidents(day: number): Incident[] {
  return Array.from({ length: 150 }, (_, index) => {
    const id = index + 1
    const changed = day > 0 && id % 7 === day
    return {
      id,
      date: `2025-01-${String(1 + (id % 28)).padStart(2, '0')}T0${id % 10}:00:00`,
      primary_type: TYPES[(id + Number(changed)) % TYPES.length]!,
      description: `DESCRIPTION ${(id * 7919) % 97}`,
      block: `0${id % 90} W MADISON ST${changed ? ` ${day}` : ''}`,
      location_description: 'STREET',
      arrest: id % 3 === 0 ? 'true' : 'false',
      updated_on: `2025-02-0${changed ? day + 1 : 1}T00:00:00`,
    }
  })
}

/** Numbers that look like chance and are the same in every run (Numerical Recipes' generator). */
function chance(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function damaged(whole: Buffer, how: 'cut' | 'flipped' | 'overwritten', random: (below: number) => number): Buffer {
  if (how === 'cut') return whole.subarray(0, random(whole.length))
  const bytes = Buffer.from(whole)
  for (let n = 0; n <= random(4); n++) {
    const at = random(bytes.length)
    if (how === 'flipped') bytes[at]! ^= 1 << random(8)
    else for (let i = at; i < Math.min(bytes.length, at + 16); i++) bytes[i] = random(256)
  }
  return bytes
}

describe('A lake in which one file is not what it was', () => {
  const storage = localStorage()
  let city: City
  let engine: Engine
  let right: Rows
  let files: string[]

  before(async () => {
    city = await makeCity()
    for (const [day, at] of DAYS.entries()) {
      await city.publish(incidents(day))
      await city.run({ at })
    }
    // Else its own handle on the catalog would see what is written under it.
    await city.platform[Symbol.asyncDispose]()
    engine = await openDuckDb({ memoryBytes: 256 * 2 ** 20, spillFolder: join(city.folder, 'spill'), threads: 1 })
    right = await read(() => true)
    files = readdirSync(city.lake, { recursive: true, encoding: 'utf8' }).map((file) => join(city.lake, file))
    files = files.filter((file) => !file.includes('/.blotter/') && !file.includes('/lineage/')).sort()
  })
  after(async () => {
    await engine[Symbol.asyncDispose]()
    await city[Symbol.asyncDispose]()
  })

  /** Every table at every tag, as a query reads them; by `table@tag`. */
  async function read(wanted: (table: string) => boolean): Promise<Rows> {
    const catalog = openSqliteCatalog(join(city.lake, 'catalog.sqlite'), { name: CATALOG_NAME, create: false })
    try {
      const view = await viewLake({ storage, catalog, location: `file://${city.lake}` })
      const rows: Rows = {}
      for (const { batchAt } of view.batches) {
        for (const scan of await scansAsOf(storage, view, batchAt)) {
          if (wanted(scan.table)) rows[`${scan.table}@${batchAt}`] = await fingerprint(scanSql(scan))
        }
      }
      return rows
    } finally {
      catalog.close()
    }
  }

  async function fingerprint(scan: string): Promise<string> {
    const row = 'd::VARCHAR'
    const hashes = `bit_xor(md5_number_lower(${row})) AS low, bit_xor(md5_number_upper(${row})) AS high`
    const sql = `SELECT count(*) AS n, ${hashes} FROM (${scan}) AS d`
    try {
      const [row] = await engine.rows(sql)
      return Object.values(row!).join(' ')
    } catch (error) {
      throw await blameFile(error, engine, [scan])
    }
  }

  /** What comes of reading the lake with a file changed: the right rows, wrong ones, or the error. */
  async function outcome(file: string, bytes: Buffer): Promise<'right' | 'wrong' | Error> {
    const whole = readFileSync(file)
    const table = tableOf(file)
    writeFileSync(file, bytes)
    try {
      const rows = await read((name) => table === undefined || name === table)
      const expected = Object.entries(right).filter(([reference]) => table === undefined || reference.startsWith(`${table}@`))
      return isSame(rows, Object.fromEntries(expected)) ? 'right' : 'wrong'
    } catch (error) {
      return error as Error
    } finally {
      writeFileSync(file, whole)
    }
  }

  const tableOf = (file: string): string | undefined =>
    file.endsWith('catalog.sqlite') ? undefined : file.slice(city.lake.length + 1).split('/').slice(0, 2).join('.')

  /** Damages files of a kind, one at a time, until the time is up; at least once each way. */
  async function tally(kind: Kind, each: (file: string, random: (below: number) => number) => Buffer | undefined) {
    const candidates = files.filter((file) => KINDS[kind].test(file.slice(city.lake.length + 1)))
    assert.ok(candidates.length > 0)
    const random = chance(SEED)
    const counts = { right: 0, wrong: 0, error: 0 }
    const wrong: string[] = []
    const begun = performance.now()
    for (let n = 0; n < 20 || performance.now() - begun < DAMAGE_BUDGET_MS; n++) {
      const file = candidates[random(candidates.length)]!
      const bytes = each(file, random)
      if (!bytes) continue
      const found = await outcome(file, bytes)
      if (found instanceof Error) refusesByName(found, file)
      else if (found === 'wrong') wrong.push(`${basename(file)} (${n})`)
      counts[found instanceof Error ? 'error' : found] += 1
    }
    return { counts, wrong }
  }

  function refusesByName(error: Error, file: string): void {
    assert.ok(error instanceof BlotterError, error.stack)
    assert.equal(error.code, 'lake_damaged', `${file}: ${error.stack}`)
    // A location in the catalog is a text that may turn into another: then the file that it names is missing.
    const named = file.endsWith('catalog.sqlite') ? /catalog\.sqlite|metadata\.json/ : new RegExp(RegExp.escape(file))
    assert.match(error.message, named)
    assert.ok(error.todo.length > 10)
  }

  for (const kind of ['catalog', 'metadata', 'manifest list', 'manifest'] as const) {
    it(`gives an error by name, never other rows, whatever bytes of a ${kind} change`, async (t) => {
      const ways = ['cut', 'flipped', 'overwritten'] as const
      const { counts, wrong } = await tally(kind, (file, random) => damaged(readFileSync(file), ways[random(3)]!, random))
      t.diagnostic(JSON.stringify(counts))
      assert.deepEqual(wrong, [])
      assert.ok(counts.error > 0)
    })
  }

  it('gives an error by name where a file stands in the place of another of its kind', async (t) => {
    for (const kind of ['metadata', 'manifest list', 'manifest', 'Parquet'] as const) {
      const { counts, wrong } = await tally(kind, (file, random) => {
        const others = files.filter((other) => KINDS[kind].test(other) && other !== file)
        const [old, other] = [readFileSync(file), readFileSync(others[random(others.length)]!)]
        // Parquet of one length is what nothing can tell apart: see below.
        return kind === 'Parquet' && old.length === other.length ? undefined : other
      })
      t.diagnostic(`${kind}: ${JSON.stringify(counts)}`)
      assert.deepEqual(wrong, [])
    }
  })

  it('gives an error by name where Parquet is cut or longer than it was', async () => {
    const { wrong } = await tally('Parquet', (file, random) => {
      const whole = readFileSync(file)
      return random(2) === 0 ? damaged(whole, 'cut', random) : Buffer.concat([whole, Buffer.alloc(1 + random(9))])
    })
    assert.deepEqual(wrong, [])
  })

  // Parquet has room for a checksum of each page, but DuckDB writes none. So a bit that turns in a page gives other values
  // wherever they still decompress and decode, and so does Parquet in the place of other Parquet of the same length. What
  // is noticed is noticed by name.
  it('gives an error by name for what the engine notices of bits that have turned in Parquet', async (t) => {
    const { counts } = await tally('Parquet', (file, random) => damaged(readFileSync(file), 'flipped', random))
    t.diagnostic(`${JSON.stringify(counts)}: wrong rows are possible here, and in no other kind of file`)
    assert.ok(counts.error > 0)
  })
})

function isSame(a: Rows, b: Rows): boolean {
  return JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort())
}
