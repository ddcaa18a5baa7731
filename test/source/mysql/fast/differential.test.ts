import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { literal } from '../../../../src/model/sql-text.ts'
import { openMysqlSource } from '../../../../src/source/mysql/source.ts'
import type { Extracted } from '../../../../src/source/source.ts'
import type { DatabaseServer } from '../../../services/database-process.ts'
import { NO_MARIADB, startMariaDb } from '../../../services/mariadb.ts'
import { NO_MYSQL, startMySql } from '../../../services/mysql.ts'
import { NEVER, openWorkbench, type Workbench } from '../../contract.ts'

const words = ['--max-allowed-packet=64M', '--default-time-zone=-06:00']
const maria = await startMariaDb(words)
const mysql = await startMySql(words)
after(() => Promise.all([maria?.stop(), mysql?.stop()]))

/** A column's declaration, and SQL of its values. */
interface ColumnCase {
  declared: string
  values: fc.Arbitrary<string>
}

const hex = (bytes: Uint8Array | Buffer): string => (bytes.length === 0 ? "''" : `x'${Buffer.from(bytes).toString('hex')}'`)
const text = (value: string): string => `_utf8mb4 ${hex(Buffer.from(value))}`
const column = (declared: string, values: fc.Arbitrary<string>): fc.Arbitrary<ColumnCase> =>
  fc.constant({ declared, values })

function wholeNumbers(type: string, bits: number): fc.Arbitrary<ColumnCase>[] {
  const half = 2n ** BigInt(bits - 1)
  const edges = (min: bigint, max: bigint): fc.Arbitrary<string> =>
    fc.oneof(fc.constantFrom(min, max, 0n, 1n, max - 1n), fc.bigInt({ min, max })).map(String)
  return [column(type, edges(-half, half - 1n)), column(`${type} UNSIGNED`, edges(0n, 2n * half - 1n))]
}

const lengths = fc.oneof(fc.nat(20), fc.constantFrom(11, 12, 13, 250, 251, 252))
const someText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 15 }),
  fc.constantFrom('', ' ', 'NULL', '😀', 'Zoë ☃', '日本語テキスト', 'it\'s \\ "', '\u0000', 'Привет, мир', '€', 'ÿþ'),
  fc.tuple(fc.constantFrom('x', 'é', '☃', '😀'), lengths).map(([sign, length]) => sign.repeat(length)),
)
const digits =
  (width: number) =>
  (value: number): string =>
    String(value).padStart(width, '0')
const part = (max: number): fc.Arbitrary<string> => fc.nat(max).map(digits(2))
const day = fc
  .tuple(fc.oneof(fc.constantFrom(0, 1, 1899, 1969, 1970, 2024, 9999), fc.nat(9999)), part(12), part(31))
  .map(([year, month, date]) => `${digits(4)(year)}-${month}-${date}`)
const clock = fc
  .tuple(part(23), part(59), part(59), fc.nat(999_999))
  .map(([h, m, s, us]) => `${h}:${m}:${s}.${digits(6)(us)}`)
const moment = fc.tuple(day, fc.oneof(fc.constant('00:00:00'), clock)).map(([date, time]) => `'${date} ${time}'`)
const recent = fc.date({ min: new Date('1971-01-01'), max: new Date('2037-12-31'), noInvalidDate: true })
const stamp = recent.map((date) => `'${date.toISOString().slice(0, 23).replace('T', ' ')}'`)
const binary = fc.uint8Array({ maxLength: 20 }).map(hex)
const CHARSETS = ['utf8mb4', 'utf8mb3', 'latin1', 'utf16', 'ucs2', 'cp1251', 'gbk', 'sjis', 'ascii', 'binary']

const anyColumn = fc.oneof(
  ...wholeNumbers('TINYINT', 8),
  ...wholeNumbers('SMALLINT', 16),
  ...wholeNumbers('MEDIUMINT', 24),
  ...wholeNumbers('INT', 32),
  ...wholeNumbers('BIGINT', 64),
  fc
    .constantFrom(1, 8, 63, 64)
    .chain((bits) => column(`BIT(${bits})`, fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n }).map(String))),
  column(
    'DOUBLE',
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x.toExponential()),
  ),
  column(
    'FLOAT',
    fc.float({ noNaN: true, noDefaultInfinity: true }).map((x) => x.toExponential()),
  ),
  column(
    'DECIMAL(20, 5)',
    fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }).map((n) => `${n}.12345`),
  ),
  fc.constantFrom(...CHARSETS).chain((charset) => column(`VARCHAR(260) CHARACTER SET ${charset}`, someText.map(text))),
  column('CHAR(9) CHARACTER SET utf8mb4', someText.map(text)),
  column(
    'TEXT CHARACTER SET utf8mb4',
    fc.constantFrom(65_534, 13, 0).map((n) => `REPEAT('y', ${n})`),
  ),
  column(
    'MEDIUMTEXT CHARACTER SET utf8mb4',
    fc.constantFrom(65_536, 70_000, 3).map((n) => `REPEAT('z', ${n})`),
  ),
  column(
    'VARBINARY(300)',
    fc.oneof(
      binary,
      lengths.map((n) => `REPEAT(x'ff', ${n})`),
    ),
  ),
  column('BINARY(5)', binary),
  column('BLOB', binary),
  column(
    'DATE',
    day.map((date) => `'${date}'`),
  ),
  fc.constantFrom(0, 1, 3, 6).chain((digits) => column(`DATETIME(${digits})`, moment)),
  column('TIMESTAMP(3) NULL', fc.oneof(stamp, fc.constant("'0000-00-00 00:00:00'"))),
  column(
    'TIME(2)',
    fc.tuple(fc.integer({ min: -838, max: 838 }), part(59)).map(([h, m]) => `'${h}:${m}:07.25'`),
  ),
  column('YEAR', fc.constantFrom('1901', '2024', '2155', '0')),
  column(
    'JSON',
    fc.json({ maxDepth: 1 }).map((json) => text(json)),
  ),
  column("ENUM('a', 'bc', 'ü')", fc.constantFrom("'a'", "'bc'", "'ü'", "''")),
  column("SET('x', 'y')", fc.constantFrom("''", "'x'", "'x,y'")),
  column(
    'POINT',
    fc.tuple(fc.integer(), fc.integer()).map(([x, y]) => `POINT(${x}, ${y})`),
  ),
)

const anyTable = fc.array(anyColumn, { minLength: 1, maxLength: 14 }).chain((columns) =>
  fc.record({
    columns: fc.constant(columns.map((one) => one.declared)),
    rows: fc.array(fc.tuple(...columns.map((one) => fc.option(one.values, { nil: 'NULL', freq: 4 }))), {
      minLength: 1,
      maxLength: 40,
    }),
    // Doubled so often that rows lie across the borders of blocks.
    doublings: fc.constantFrom(0, 0, 6, 8),
  }),
)

let tables = 0

async function makeTable(server: DatabaseServer, columns: readonly string[], inserts: readonly string[]): Promise<string> {
  const table = `t${++tables}`
  const names = columns.map((_, i) => `c${i}`).join(', ')
  const definitions = columns.map((declared, i) => `c${i} ${declared}`).join(', ')
  await server.admin(
    `CREATE DATABASE IF NOT EXISTS city; USE city; SET NAMES utf8mb4; SET SESSION sql_mode = 'ALLOW_INVALID_DATES';
     CREATE TABLE ${table} (id BIGINT PRIMARY KEY AUTO_INCREMENT, ${definitions}) ROW_FORMAT = DYNAMIC;
     ${inserts
       .map((insert) => `INSERT INTO ${table} (${names}) ${insert}`)
       .join(';\n')
       .replaceAll('THIS', table)}`,
  )
  return table
}

/** Every value as text, by key. */
async function valuesOf(bench: Workbench, { parts }: Extracted): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const { files, columns } of parts) {
    const list = columns.map(({ name, type, declared }) => {
      if (type === 'text' && /text/.test(declared)) return `concat(strlen("${name}"), ' bytes, ', md5("${name}"))`
      return type === 'double' ? `format('{:a}', "${name}")` : `CAST("${name}" AS VARCHAR)`
    })
    const from = `read_parquet([${files.map(literal).join()}])`
    for (const row of await bench.engine.rows(`SELECT id, to_json([${list.join(', ')}])::VARCHAR AS said FROM ${from}`)) {
      assert.equal(found.has(String(row['id'])), false)
      found.set(String(row['id']), String(row['said']))
    }
  }
  return found
}

async function readBoth(server: DatabaseServer, table: string): Promise<{ rows: number; odd: number }> {
  await using bench = await openWorkbench()
  const read = async (reader: 'fast' | 'plain'): Promise<Extracted> => {
    const source = openMysqlSource(server.url('city', table), { table, password: server.password, reader })
    await using view = await source.open(NEVER)
    const extracted = await view.extract({ stage: bench.stage, signal: NEVER, progress: () => {} })
    assert.equal(extracted.counted, extracted.rows)
    assert.deepEqual(
      extracted.parts.reduce((sum, part) => sum + part.rows, 0),
      extracted.rows,
    )
    return extracted
  }
  const plain = await read('plain')
  const expected = await valuesOf(bench, plain)
  const fast = await read('fast')
  const found = await valuesOf(bench, fast)
  assert.equal(found.size, expected.size)
  for (const [id, said] of expected) assert.equal(found.get(id), said)
  return { rows: fast.rows, odd: fast.rows - fast.parts[0]!.rows }
}

for (const [name, server, missing] of [
  ['MariaDB', maria, NO_MARIADB],
  ['MySQL', mysql, NO_MYSQL],
] as const) {
  describe(`${name} by columns and by values`, { skip: server ? false : missing }, () => {
    it('is the same in every value, whatever the table', async () => {
      const run = async ({ columns, rows, doublings }: { columns: string[]; rows: string[][]; doublings: number }) => {
        const names = columns.map((_, i) => `c${i}`).join(', ')
        const wide = columns.some((declared) => declared.includes('TEXT'))
        const doubled = Array.from({ length: wide ? 0 : doublings }, () => `SELECT ${names} FROM THIS`)
        const table = await makeTable(server!, columns, [
          `VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')}`,
          ...doubled,
        ])
        await readBoth(server!, table)
        await server!.admin(`DROP TABLE city.${table}`)
      }
      await fc.assert(fc.asyncProperty(anyTable, run), { numRuns: 25, endOnFailure: true })
    })

    it('is the same for texts of any length, up to rows of several packets', async () => {
      const edges = [
        12,
        13,
        250,
        251,
        65_535,
        65_536,
        2 ** 20 - 100,
        2 ** 20 - 70,
        2 ** 20,
        2 ** 20 + 5,
        2 ** 24 - 20,
        2 ** 24 + 9,
      ]
      const inserts = edges.flatMap((length) => [`VALUES (REPEAT('x', ${length}), 'ü', ${length})`, "VALUES ('', NULL, 0)"])
      const table = await makeTable(server!, ['LONGTEXT CHARACTER SET utf8mb4', 'VARCHAR(5)', 'INT'], inserts)
      const { rows, odd } = await readBoth(server!, table)
      assert.equal(rows, 2 * edges.length)
      assert.ok(odd >= 4 && odd <= 6, `${odd} rows were read one by one`)
    })

    it('is the same around a length of exactly one packet', async () => {
      const inserts = [-8, -7, -6, -5, -4, -3, 0, 1].map((more) => `VALUES (REPEAT('x', ${2 ** 24 - 14 + more}))`)
      await readBoth(server!, await makeTable(server!, ['LONGTEXT CHARACTER SET utf8mb4'], inserts))
    })
  })
}
