import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { openDuckDb } from '../../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import { schemaOf } from '../../../src/model/schema.ts'

async function inEngine(work: (engine: Engine, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-engine-'))
  try {
    await using engine = await openDuckDb({ memoryBytes: 256 * 2 ** 20, spillFolder: join(folder, 'spill') })
    await work(engine, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

describe('The DuckDB engine', () => {
  test('returns values as the port promises them', () =>
    inEngine(async (engine) => {
      const [row] =
        await engine.rows(`SELECT 9007199254740993::BIGINT AS big, 7 AS int, 1.5::DOUBLE AS double, 1.50::DECIMAL(5,2) AS decimal,
        123456789012345678.25::DECIMAL(38,2) AS long_decimal, DATE '2024-03-10' AS date, TIMESTAMP '2024-03-10 02:30:00' AS wall,
        TIMESTAMPTZ '2024-03-10 02:30:00.5-06:00' AS instant, [1, NULL] AS list, {'a': 1, 'b': [true]} AS struct,
        NULL AS nothing, sum(2::BIGINT) AS huge`)
      assert.deepEqual(row, {
        big: 9007199254740993n,
        int: 7,
        double: 1.5,
        decimal: 1.5,
        long_decimal: '123456789012345678.25',
        date: '2024-03-10',
        wall: '2024-03-10 02:30:00',
        instant: '2024-03-10 08:30:00.5+00',
        list: [1, null],
        struct: { a: 1, b: [true] },
        nothing: null,
        huge: 2n,
      })
    }))

  test('writes Parquet whole or not at all, with field ids and statistics', () =>
    inEngine(async (engine, folder) => {
      const schema = schemaOf([
        { name: 'id', type: 'long' },
        { name: 's', type: { struct: [{ name: 'a', type: 'int' }] } },
      ])
      const path = join(folder, 'out', 'x.parquet')
      const written = await engine.writeParquet(`SELECT range AS id, {'a': NULL::INT} AS s FROM range(3)`, path, schema)
      assert.equal(written.rows, 3)
      assert.deepEqual(
        { ...written.columns['"id"'], sizeBytes: 0 },
        { sizeBytes: 0, values: 3, nulls: 0, min: '0', max: '2', hasNan: false },
      )
      const ids = await engine.rows(
        `SELECT name, field_id FROM parquet_schema('${path}') WHERE field_id IS NOT NULL ORDER BY field_id`,
      )
      assert.deepEqual(
        ids.map((row) => [row['name'], Number(row['field_id'])]),
        [
          ['id', 1],
          ['s', 2],
          ['a', 3],
        ],
      )
      await assert.rejects(
        engine.writeParquet(`SELECT error('broken') FROM range(10)`, join(folder, 'out', 'y.parquet')),
        /broken/,
      )
      assert.deepEqual(await readdir(join(folder, 'out')), ['x.parquet'])
    }))

  test('writes rows of several kilobytes in row groups that its memory takes, in their order', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'blotter-engine-'))
    try {
      await using engine = await openDuckDb({ memoryBytes: 64 << 20, spillFolder: join(folder, 'spill') })
      const path = join(folder, 'wide.parquet')
      const columns = Array.from({ length: 40 }, (_, i) => `repeat(md5((range + ${i})::VARCHAR), 3) AS text_${i}`)
      const select = `SELECT range AS id, ${columns.join(', ')} FROM range(20000)`
      assert.equal((await engine.writeParquet(select, path)).rows, 20_000)
      const [groups] = await engine.rows(
        `SELECT max(row_group_num_rows) <= 4096 AS small FROM parquet_metadata('${path}') WHERE column_id = 0`,
      )
      assert.deepEqual(groups, { small: true })
      const [found] = await engine.rows(`SELECT count(*) FILTER (WHERE id <> i) AS moved
        FROM (SELECT id, file_row_number AS i FROM read_parquet('${path}', file_row_number = true))`)
      assert.deepEqual(found, { moved: 0n })
      assert.deepEqual((await readdir(folder)).sort(), ['spill', 'wide.parquet'], 'nothing is left of the first attempt')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('streams a result in pieces, in its order', () =>
    inEngine(async (engine) => {
      let next = 0n
      for await (const rows of engine.stream('SELECT range AS n FROM range(10000) ORDER BY n')) {
        assert.ok(rows.length <= 2048)
        for (const row of rows) assert.equal(row['n'], next++)
      }
      assert.equal(next, 10_000n)
    }))

  test('stops what it runs when it is interrupted', () =>
    inEngine(async (engine) => {
      const running = engine.rows('SELECT count(*) FROM range(100000000000) a, range(1000) b')
      setTimeout(() => engine.interrupt(), 50)
      await assert.rejects(running, { code: 'interrupted' })
      assert.deepEqual(await engine.rows('SELECT 1 AS one'), [{ one: 1 }])
    }))

  test('calls a mistake in SQL by its name and shows the place', () =>
    inEngine(async (engine) => {
      await assert.rejects(engine.rows('SELECT nowhere'), { code: 'query_failed', message: /nowhere[\s\S]*\^/ })
    }))

  test('downloads no extension and leaves no spill folder', async () => {
    let spill = ''
    await inEngine(async (engine, folder) => {
      spill = join(folder, 'spill')
      await assert.rejects(engine.run('LOAD httpfs'))
      await assert.rejects(engine.rows(`SELECT * FROM 's3://nowhere/x.parquet'`))
    })
    assert.equal(existsSync(spill), false)
  })
})

describe('A chunk writer', () => {
  const columns = [
    { name: 'id', type: 'BIGINT' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'text', type: 'VARCHAR' },
    { name: 'x', type: 'DOUBLE' },
    { name: 'yes', type: 'BOOLEAN' },
  ]
  const row = fc.record({
    id: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    at: fc.option(
      fc
        .date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
        .map((d) => d.toISOString().slice(0, 19).replace('T', ' ')),
    ),
    text: fc.option(fc.string({ unit: 'binary' }).filter((s) => !s.includes('\0'))),
    x: fc.option(fc.double({ noNaN: true })),
    yes: fc.option(fc.boolean()),
  })

  test('keeps every value, whatever the chunks', () =>
    inEngine(async (engine, folder) => {
      let n = 0
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(row, { maxLength: 5 }), { maxLength: 4 }), async (chunks) => {
          const writer = await engine.chunkWriter(folder, `t${++n}`, columns)
          for (const chunk of chunks)
            await writer.write(columns.map(({ name }) => chunk.map((one) => one[name as keyof typeof one])))
          const { files, rows } = await writer.finish()
          const read = await engine.rows(`SELECT * FROM read_parquet([${files.map((file) => `'${file}'`).join(', ')}])`)
          assert.equal(rows, chunks.flat().length)
          assert.deepEqual(
            read,
            chunks.flat().map((one) => ({ ...one })),
          )
        }),
        { numRuns: 30 },
      )
    }))

  test('keeps the order of more rows than its blocks hold, and makes an empty file of none', () =>
    inEngine(async (engine, folder) => {
      const writer = await engine.chunkWriter(folder, 'many', [{ name: 'id', type: 'BIGINT' }])
      const chunk = Array.from({ length: 100_000 }, (_, i) => i)
      for (let i = 0; i < 3; i++) await writer.write([chunk])
      const { files, rows } = await writer.finish()
      assert.equal(rows, 300_000)
      const [found] = await engine.rows(
        `SELECT count(*) AS n, count(*) FILTER (WHERE id <> i % 100000) AS moved
         FROM (SELECT id, file_row_number AS i FROM read_parquet('${files[0]}', file_row_number = true))`,
      )
      assert.deepEqual(found, { n: 300_000n, moved: 0n })
      const none = await (await engine.chunkWriter(folder, 'none', [{ name: 'id', type: 'BIGINT' }])).finish()
      assert.deepEqual(await engine.rows(`SELECT count(*) AS n FROM '${none.files[0]}'`), [{ n: 0n }])
    }))

  test('takes more than its memory, however wide the rows are', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
    try {
      await using engine = await openDuckDb({ memoryBytes: 64 << 20, spillFolder: join(folder, 'spill') })
      const writer = await engine.chunkWriter(folder, 'wide', [{ name: 'text', type: 'VARCHAR' }])
      for (let chunk = 0; chunk < 30; chunk++) {
        await writer.write([Array.from({ length: 2048 }, (_, row) => `${chunk * 2048 + row} `.repeat(600).slice(0, 3000))])
      }
      const { files } = await writer.finish()
      const [found] = await engine.rows(
        `SELECT count(*) AS n, count(*) FILTER (WHERE split_part(text, ' ', 1) <> i::VARCHAR) AS moved
         FROM read_parquet('${files[0]}', file_row_number = true) AS t(text, i)`,
      )
      assert.deepEqual(found, { n: 30n * 2048n, moved: 0n })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('takes texts of any length, in files whose blocks are as large as they need', () =>
    inEngine(async (engine, folder) => {
      const writer = await engine.chunkWriter(folder, 'long', [
        { name: 'a', type: 'VARCHAR' },
        { name: 'b', type: 'VARCHAR' },
      ])
      const lengths = [5, 3_000_000, 0, 400_000, 12, 700_000, 13, 5_000_000, 1]
      await writer.write([lengths.map((n) => 'ä'.repeat(n)), lengths.map((n) => (n === 0 ? null : 'z'.repeat(n)))])
      await writer.write([['after'], ['all']])
      const { files, rows } = await writer.finish()
      assert.equal(rows, lengths.length + 1)
      const found: unknown[] = []
      for (const file of files) {
        const some = await engine.rows(
          `SELECT length(a) AS a, length(b) AS b, a = repeat('ä', length(a)) AS whole FROM '${file}'`,
        )
        found.push(...some)
      }
      const expected = lengths.map((n) => ({ a: BigInt(n), b: n === 0 ? null : BigInt(n), whole: true }))
      assert.deepEqual(found, [...expected, { a: 5n, b: 3n, whole: false }])
    }))
})
