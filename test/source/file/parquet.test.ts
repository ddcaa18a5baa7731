import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { inWorkshop } from './staged.ts'

const COLUMNS: readonly [string, string, string, unknown][] = [
  // SQL value, its column, staged type, what is read back.
  ['tiny', '(-7)::TINYINT', 'long', -7n],
  ['small', '300::SMALLINT', 'long', 300n],
  ['int', '70000::INTEGER', 'long', 70_000n],
  ['big', '9007199254740993::BIGINT', 'long', 9_007_199_254_740_993n],
  ['utiny', '255::UTINYINT', 'long', 255n],
  ['uint', '4294967295::UINTEGER', 'long', 4_294_967_295n],
  ['ubig', '18446744073709551615::UBIGINT', 'text', '18446744073709551615'],
  ['bool', 'true', 'boolean', true],
  ['float', '1.5::FLOAT', 'double', 1.5],
  ['double', '41.878113595::DOUBLE', 'double', 41.878113595],
  ['money', '12345678901234567.80::DECIMAL(19,2)', 'text', '12345678901234567.80'],
  ['small_money', '1.50::DECIMAL(4,2)', 'text', '1.50'],
  ['day', "DATE '2024-02-29'", 'date', '2024-02-29'],
  ['wall', "TIMESTAMP '2024-03-10 02:30:00.123456'", 'timestamp', '2024-03-10 02:30:00.123456'],
  ['wall_ms', "'2024-03-10 02:30:00.123'::TIMESTAMP_MS", 'timestamp', '2024-03-10 02:30:00.123'],
  ['wall_ns', "'2024-03-10 02:30:00.123456789'::TIMESTAMP_NS", 'timestamp', '2024-03-10 02:30:00.123456'],
  ['instant', "TIMESTAMPTZ '2024-03-10 02:30:00-06'", 'text', '2024-03-10 08:30:00+00'],
  ['hour', "TIME '02:30:00'", 'text', '02:30:00'],
  ['text', '\'CTA "L" é\'', 'text', 'CTA "L" é'],
  ['uuid', "'00000000-0000-0000-0000-000000000001'::UUID", 'text', '00000000-0000-0000-0000-000000000001'],
  ['place', "{lat: 41.5, say: 'x'}", 'text', '{"lat":41.5,"say":"x"}'],
  ['list', '[1, 2]', 'text', '[1,2]'],
  ['a "b" c', "'quoted'", 'text', 'quoted'],
  ['nothing', 'NULL::INTEGER', 'long', null],
]

test('every type of a Parquet file becomes the staged type that loses nothing', () =>
  inWorkshop(async ({ folder, engine, read, extract }) => {
    const select = COLUMNS.map(([name, sql]) => `${sql} AS "${name.replaceAll('"', '""')}"`).join(', ')
    await engine.writeParquet(`SELECT ${select}`, join(folder, 'x.parquet'))
    const [part] = await read('file:x.parquet')
    assert.deepEqual(
      part?.columns.map(({ name, type }) => [name, type]),
      COLUMNS.map(([name, , type]) => [name, type]),
    )
    for (const [i, [name, , , value]] of COLUMNS.entries()) assert.deepEqual(part.values[0]![i], value, name)
    assert.equal((await extract('file:x.parquet')).counted, 1)
  }))

test('rows come in the order of the file, whatever its name has in it', () =>
  inWorkshop(async ({ folder, engine, read }) => {
    const name = "odd [1] name's *ß?.parquet"
    await engine.writeParquet('SELECT range AS i FROM range(300000)', join(folder, name))
    const [part] = await read(`file:${name}`)
    assert.equal(part?.rows, 300_000)
    assert.ok(part.values.every(([i], at) => i === BigInt(at)))
  }))

test('a Parquet file without ending is known by its first bytes, and one without rows has columns', () =>
  inWorkshop(async ({ folder, engine, extract }) => {
    await engine.writeParquet('SELECT 1 AS i WHERE false', join(folder, 'data'))
    const { rows, counted, columns } = await extract('file:data')
    assert.deepEqual([rows, counted, columns.length], [0, 0, 1])
  }))
