import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { BlotterError, type ErrorCode } from '../../src/errors.ts'
import { localStorage } from '../../src/lake/local/storage.ts'
import { planScan } from '../../src/lake/read/plan.ts'
import { scanSql } from '../../src/lake/read/read.ts'
import { loadTable, snapshotOf } from '../../src/lake/table.ts'
import { DATE, type Fields, ID, type Wish, writeForeignTable } from './foreign-table.ts'
import type { Avro, ForeignFile } from './foreign-writer.ts'

describe("Tables that other engines' writers have made", () => {
  const folder = mkdtempSync(join(tmpdir(), 'blotter-'))
  const storage = localStorage()
  let engine: Engine
  let made = 0

  before(async () => {
    engine = await openDuckDb({ memoryBytes: 256 * 2 ** 20, spillFolder: join(folder, 'spill'), threads: 1 })
  })
  after(async () => {
    await engine[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  /** Rows of `select` as Parquet, its columns with these field ids (DuckDB's FIELD_IDS), or with none. */
  async function parquet(select: string, ids: string | undefined, more: Partial<ForeignFile> = {}): Promise<ForeignFile> {
    const path = join(folder, `data-${++made}.parquet`)
    await engine.run(`COPY (${select}) TO '${path}' (FORMAT parquet${ids === undefined ? '' : `, FIELD_IDS {${ids}}`})`)
    const [row] = await engine.rows(`SELECT count(*) AS n FROM (${select})`)
    return { path, rows: Number(row!['n']), sizeBytes: statSync(path).size, ...more }
  }

  const range = (from: number, to: number) => `SELECT i::BIGINT AS id, 'b' || i AS block FROM range(${from}, ${to}) r(i)`
  const IDS = 'id: 1, block: 2'

  /** A delete file over (path, position) pairs, in any order of paths. */
  const deletes = (rows: [path: string, pos: number][], more: Partial<ForeignFile> = {}) => {
    const values = rows.map(([path, pos]) => `('${path}', ${pos}::BIGINT)`).join(', ')
    const select = `SELECT * FROM (VALUES ${values}) AS v(file_path, pos)`
    return parquet(select, 'file_path: 2147483546, pos: 2147483545', { content: 1, ...more })
  }

  async function read(wish: Wish, order = '1'): Promise<unknown[][]> {
    const table = await loadTable(storage, 'theirs.table', writeForeignTable(join(folder, `table-${++made}`), wish))
    const scan = await planScan(storage, table, snapshotOf(table))
    const rows = await engine.rows(`SELECT * FROM (${scanSql(scan)}) ORDER BY ${order}`)
    return rows.map((row) => Object.values(row).map((value) => (typeof value === 'bigint' ? Number(value) : value)))
  }

  const ids = async (wish: Wish): Promise<unknown[]> => (await read(wish)).map(([id]) => id)

  const isRefused = (wish: Wish, code: ErrorCode, word: RegExp) =>
    assert.rejects(
      () => read(wish),
      (error) => {
        assert.ok(error instanceof BlotterError, String((error as Error).stack))
        assert.equal(error.code, code, error.message)
        assert.match(error.message, word)
        return true
      },
    )

  it('are read with ids of 63 bits, in each spelling of locations, compressed or not', async () => {
    for (const spelling of [(p: string) => p, (p: string) => `file:${p}`, (p: string) => `file://${p}`]) {
      for (const gzip of [false, true]) {
        const [file, hidden] = [await parquet(range(1, 5), IDS), await parquet(range(5, 7), IDS)]
        const hiding = await deletes([[file.path, 0], [`file:${hidden.path}`, 1]])
        const manifests = [{ files: [file, hidden] }, { content: 1 as const, sequence: 2, files: [hiding] }]
        assert.deepEqual(await ids({ spelling, gzip, manifests }), [2, 3, 4, 5])
      }
    }
  })

  it('are read where format version 1 has left manifests and lists without kinds and numbers', async () => {
    const [file, other] = [await parquet(range(1, 4), IDS), await parquet(range(4, 6), IDS)]
    const first = { version: 1 as const, files: [file, other] }
    assert.deepEqual(await ids({ listVersion: 1, manifests: [first] }), [1, 2, 3, 4, 5])
    // Files of version 1 are older than any delete file; one of sequence number 0 is none that version 2 writes.
    const hiding = await deletes([[file.path, 1]])
    const manifests = [{ ...first, sequence: 0 }, { content: 1 as const, sequence: 1, files: [hiding] }]
    assert.deepEqual(await ids({ manifests, snapshot: { summary: undefined, 'sequence-number': undefined } }), [1, 3, 4, 5])
    await isRefused({ manifests, metadata: { 'format-version': 1 } }, 'unsupported', /version 1/)
    await isRefused({ manifests, snapshot: { 'manifest-list': undefined, manifests: ['m0.avro'] } }, 'unsupported', /version 1/)
  })

  it('are read without what metadata may leave out', async () => {
    const file = await parquet(range(1, 3), IDS)
    const gone = { refs: undefined, properties: undefined, statistics: undefined, 'snapshot-log': undefined, 'metadata-log': undefined }
    assert.deepEqual(await ids({ manifests: [{ files: [file] }], metadata: { ...gone, 'sort-orders': undefined } }), [1, 2])
    const empty = { snapshots: undefined, refs: undefined, 'current-snapshot-id': -1 }
    assert.deepEqual(await ids({ manifests: [], metadata: empty }), [])
    assert.deepEqual(await ids({ manifests: [], metadata: { ...empty, 'current-snapshot-id': null } }), [])
  })

  it('are read with whatever transform they are partitioned by, deletes within their own partition only', async () => {
    const transforms: [string, Avro, unknown, unknown][] = [
      ['identity', 'string', 'é/=%', 'b'],
      ['identity', 'double', 1.5, Number.NaN],
      ['identity', { type: 'fixed', name: 'f', size: 4 }, Buffer.from('abcd'), Buffer.from('abce')],
      ['bucket[16]', 'int', 3, 4],
      ['truncate[4]', 'string', 'MADI', null],
      ['truncate[10]', 'long', 9_007_199_254_740_993n, 9_007_199_254_740_994n],
      ['year', 'int', 55, 56],
      ['month', 'int', 671, 672],
      ['day', DATE, 20_635, 20_636],
      ['hour', 'int', 495_240, 495_241],
      ['void', 'string', null, null],
    ]
    for (const [transform, type, one, two] of transforms) {
      const partition = (value: unknown) => ({ part: value })
      const file = await parquet(range(1, 4), IDS, { partition: partition(one) })
      const other = await parquet(range(4, 7), IDS, { partition: partition(two) })
      const hiding = await deletes([[file.path, 0], [other.path, 0]], { partition: partition(one) })
      const specs = [[{ 'source-id': 2, name: 'part', transform }]]
      const of = { partition: [['part', type]] as [string, Avro][] }
      const manifests = [{ ...of, files: [file, other] }, { ...of, content: 1 as const, sequence: 2, files: [hiding] }]
      const rest = transform === 'void' ? [2, 3, 5, 6] : [2, 3, 4, 5, 6]
      assert.deepEqual(await ids({ specs, manifests }), rest, transform)
    }
  })

  it('are read across specs, whose equal values are different partitions', async () => {
    const partition: [string, Avro][] = [['part', 'int']]
    const file = await parquet(range(1, 4), IDS, { partition: { part: 7 } })
    const other = await parquet(range(4, 7), IDS, { partition: { part: 7 } })
    const hiding = await deletes([[file.path, 0], [other.path, 0]], { partition: { part: 7 } })
    const field = (transform: string) => [{ 'source-id': 2, name: 'part', transform }]
    // Avro allows only some characters in names, and writers put others in the place of the rest.
    const spelled = { partition: [['part_x2D', 'int']] as [string, Avro][], files: [{ ...hiding, partition: { part_x2D: 7 } }] }
    const manifests = [
      { partition, files: [file] },
      { partition, specId: 1, files: [other] },
      { ...spelled, specId: 1, content: 1 as const, sequence: 2 },
    ]
    assert.deepEqual(await ids({ specs: [field('bucket[8]'), field('bucket[16]')], manifests }), [1, 2, 3, 5, 6])
  })

  it('are read with several delete files for a data file, named or not, older or newer, rows twice', async () => {
    const [file, later] = [await parquet(range(1, 7), IDS), await parquet(range(7, 9), IDS)]
    const hiding = [
      await deletes([[file.path, 0]], { references: file.path }),
      await deletes([[file.path, 0], [file.path, 1], [later.path, 0]]),
      await deletes([[`file:${file.path}`, 5], ['/gone.parquet', 0]]),
    ]
    const manifests = [
      { files: [file] },
      { sequence: 5, files: [later] },
      { content: 1 as const, sequence: 2, files: hiding },
      // What an entry says of its own number counts, not what its manifest does.
      { content: 1 as const, sequence: 9, files: [{ ...(await deletes([[later.path, 1]])), status: 0 as const, sequence: 4 }] },
      { content: 1 as const, sequence: 9, files: [{ ...(await deletes([[file.path, 3]])), status: 2 as const, sequence: 9 }] },
    ]
    assert.deepEqual(await ids({ manifests }), [3, 4, 5, 7, 8])
  })

  it('are read by field id after columns were added, renamed, dropped, put back, moved and widened', async () => {
    const older: Fields = [[1, 'id', 'int'], [2, 'block', 'string'], [3, 'beat', 'string'], [4, 'x', 'double']]
    const fields: Fields = [[4, 'x_coordinate', 'double'], [5, 'block', 'string'], [1, 'key', 'long'], [2, 'address', 'string']]
    const old = await parquet(`SELECT 1::INTEGER AS id, 'old' AS block, '0111' AS beat, 1.5::FLOAT AS x`, 'id: 1, block: 2, beat: 3, x: 4')
    const select = `SELECT 2::BIGINT AS key, 'a' AS address, 'new' AS block, 2.5 AS x_coordinate`
    const recent = await parquet(select, 'key: 1, address: 2, block: 5, x_coordinate: 4')
    const rows = await read({ older: [older], fields, manifests: [{ files: [old, recent] }] }, 'key')
    assert.deepEqual(rows, [[1.5, null, 1, 'old'], [2.5, 'new', 2, 'a']])
  })

  it('are read with fields added within structs, and refused where one within was renamed or came back as another', async () => {
    const struct = (...inner: [number, string][]) => ({
      type: 'struct',
      fields: inner.map(([id, name]) => ({ id, name, required: false, type: 'string' })),
    })
    const file = await parquet(`SELECT 1::BIGINT AS id, {'x': 'ex', 'y': 'why'} AS s`, 'id: 1, s: {__duckdb_field_id: 2, x: 3, y: 4}')
    const of = (...inner: [number, string][]): Fields => [[1, 'id', 'long'], [2, 's', struct(...inner)]]
    const wish = (fields: Fields): Wish => ({ older: [of([3, 'x'], [4, 'y'])], fields, manifests: [{ files: [file] }] })
    assert.deepEqual(await read(wish(of([4, 'y'], [3, 'x'], [5, 'z']))), [[1, { y: 'why', x: 'ex', z: null }]])
    await isRefused(wish(of([3, 'ex'], [4, 'y'])), 'unsupported', /theirs\.table.* x became ex/)
    await isRefused(wish(of([4, 'y'], [5, 'x'])), 'unsupported', /x became another x/)
  })

  it('are read where files were taken in from Hive: by names, and partition columns from the partition', async () => {
    const fields: Fields = [[1, 'id', 'long'], [2, 'block', 'string'], [3, 'day', 'date'], [4, 'late', 'string']]
    const names = [{ 'field-id': 1, names: ['ID', 'id'] }, { 'field-id': 2, names: ['block'] }, { 'field-id': 3, names: ['day'] }]
    const file = await parquet(`SELECT 1::INTEGER AS "ID", 'hidden' AS late`, undefined, { partition: { block: "it's", day: 20_635 } })
    const specs = [[{ 'source-id': 2, name: 'block', transform: 'identity' }, { 'source-id': 3, name: 'day', transform: 'identity' }]]
    const partition: [string, Avro][] = [['block', 'string'], ['day', DATE]]
    const metadata = { properties: { 'schema.name-mapping.default': JSON.stringify(names) } }
    assert.deepEqual(await read({ fields, specs, manifests: [{ partition, files: [file] }], metadata }), [[1, "it's", '2026-07-01', null]])
    const broken = { properties: { 'schema.name-mapping.default': '[{' } }
    await isRefused({ fields, specs, manifests: [{ partition, files: [file] }], metadata: broken }, 'lake_damaged', /name mapping/)
  })

  it('are read with the types that only other engines use, and with maps, missing in older files or not', async () => {
    const file = await parquet(
      `SELECT 1::BIGINT AS id, 1234.56::DECIMAL(9,2) AS price, 0.5::FLOAT AS share, TIME '02:30:00.5' AS seen,
        '00000000-0000-0000-0000-00000000002a'::UUID AS ref, '\\xCA\\xFE'::BLOB AS bytes, '\\x01\\x02'::BLOB AS code,
        MAP {'a': 1, 'b': NULL} AS counts, [{'day': DATE '2024-03-10', 'fee': 9.99::DECIMAL(4,2)}] AS fees`,
      `id: 1, price: 2, share: 3, seen: 4, ref: 5, bytes: 6, code: 7, counts: {__duckdb_field_id: 8, key: 9, value: 10},
        fees: {__duckdb_field_id: 11, element: {__duckdb_field_id: 12, day: 13, fee: 14}}`,
    )
    const older = await parquet('SELECT 2::BIGINT AS id', 'id: 1')
    const map = { type: 'map', 'key-id': 9, key: 'string', 'value-id': 10, 'value-required': false, value: 'int' }
    const inner = (id: number, name: string, type: string) => ({ id, name, required: false, type })
    const fee = { type: 'struct', fields: [inner(13, 'day', 'date'), inner(14, 'fee', 'decimal(4, 2)')] }
    const fees = { type: 'list', 'element-id': 12, 'element-required': false, element: fee }
    const fields: Fields = [
      [1, 'id', 'long'],
      [2, 'price', 'decimal(9,2)'],
      [3, 'share', 'float'],
      [4, 'seen', 'time'],
      [5, 'ref', 'uuid'],
      [6, 'bytes', 'binary'],
      [7, 'code', 'fixed[2]'],
      [8, 'counts', map],
      [11, 'fees', fees],
    ]
    const [whole, missing] = await read({ fields, manifests: [{ files: [file, older] }] })
    assert.deepEqual(whole, [
      1,
      1234.56,
      0.5,
      '02:30:00.5',
      '00000000-0000-0000-0000-00000000002a',
      '\\xCA\\xFE',
      '\\x01\\x02',
      { a: 1, b: null },
      [{ day: '2024-03-10', fee: 9.99 }],
    ])
    assert.deepEqual(missing, [2, null, null, null, null, null, null, null, null])
    assert.deepEqual(await read({ fields, manifests: [] }), [])
  })

  it('are refused in clear words where Blotter cannot read them', async () => {
    const file = await parquet(range(1, 3), IDS)
    const manifests = [{ files: [file] }]
    const of = (more: Partial<ForeignFile>): Wish => ({ manifests: [{ files: [{ ...file, ...more }] }] })
    await isRefused({ manifests, metadata: { 'format-version': 3 } }, 'lake_newer', /format version 3/)
    await isRefused(of({ content: 2 }), 'unsupported', /equality deletes/)
    await isRefused(of({ content: 1, format: 'puffin' }), 'unsupported', /puffin files/)
    await isRefused(of({ format: 'ORC' }), 'unsupported', /ORC files/)
    await isRefused(of({ content: 7 }), 'unsupported', /unknown kind 7/)
    await isRefused(of({ keyMetadata: Buffer.from('k') }), 'unsupported', /encrypted files/)
    await isRefused({ manifests: [{ files: [file], keyMetadata: Buffer.from('k') }] }, 'unsupported', /m0\.avro is encrypted/)
    await isRefused({ manifests: [{ files: [file], codec: 'snappy' }] }, 'unsupported', /m0\.avro.*"snappy"/)
    await isRefused({ manifests, spelling: (path) => `s3://bucket${path}`, metadata: {} }, 'unsupported', /s3:.*another machine/)
    for (const type of ['timestamp_ns', 'variant', 'geometry', { type: 'map' }, 'decimal', 'fixed[x]']) {
      await isRefused({ fields: [[1, 'id', 'long'], [2, 'odd', type]], manifests }, 'unsupported', /Column odd of theirs\.table/)
    }
  })

  it('are refused by name where their metadata contradicts itself', async () => {
    const file = await parquet(range(1, 3), IDS)
    const manifests = [{ files: [file] }]
    const broken: Record<string, unknown>[] = [
      { 'current-snapshot-id': 4 },
      { refs: { main: { 'snapshot-id': 4, type: 'branch' } } },
      { refs: { main: null } },
      { snapshots: [null] },
      { snapshots: [{}] },
      { snapshots: [{ 'snapshot-id': ID, 'sequence-number': 1, 'timestamp-ms': 1 }] },
      { schemas: [null] },
      { 'partition-specs': [{}] },
    ]
    for (const metadata of broken) await isRefused({ manifests, metadata }, 'lake_damaged', /00001-x\.metadata\.json/)
    await isRefused({ manifests, metadata: { 'current-schema-id': 4 } }, 'lake_damaged', /schema 4/)
    await isRefused({ manifests: [{ files: [{ ...file, sizeBytes: file.sizeBytes + 1 }] }] }, 'lake_damaged', /data-.*bytes/)
    await isRefused({ manifests: [{ files: [{ ...file, path: '/gone.parquet' }] }] }, 'lake_damaged', /gone\.parquet is missing/)
  })
})
