import assert from 'node:assert/strict'
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Extracted, Source } from '../../../src/source/source.ts'
import type { Asked, SocrataServer } from '../../services/socrata.ts'
import { NEVER, openWorkbench, type Workbench } from '../contract.ts'
import { openTest, startTrees, treesOf } from './trees.ts'

const pagesAsked = ({ asked }: SocrataServer): Asked[] => asked.filter(({ parameters }) => parameters.has('$order'))

async function extract(source: Source, bench: Workbench, resumeFolder?: string): Promise<Extracted> {
  await using view = await source.open(NEVER)
  return await view.extract({
    stage: bench.stage,
    signal: NEVER,
    progress: () => {},
    ...(resumeFolder ? { resumeFolder } : {}),
  })
}

async function idsOf(bench: Workbench, extracted: Extracted): Promise<number[]> {
  return (await bench.read(extracted)).map((row) => Number(row['id']))
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

describe('A view of a dataset', () => {
  it('holds the columns that the publisher shows, as text with the portal’s own word for their type', async () => {
    await using server = await startTrees(3)
    const { columns, what, rowsEstimate, primaryKey } = await openTest(server).describe(NEVER)
    assert.deepEqual(
      columns.map(({ name, type, declared }) => `${name} ${type} ${declared}`),
      [
        'id text number',
        'kind text text',
        'felled text checkbox',
        'seen_on text calendar_date',
        'updated_on text calendar_date',
      ],
    )
    assert.match(what, /^Socrata dataset “Test data” \(127\.0\.0\.1:\d+\)$/)
    assert.deepEqual([rowsEstimate, primaryKey], [3, undefined])
  })

  it('gives values as they were found, and tells how far it is', async () => {
    await using server = await startTrees(9)
    await using bench = await openWorkbench()
    await using view = await openTest(server, { page: '4' }).open(NEVER)
    const told: number[] = []
    const extracted = await view.extract({ stage: bench.stage, signal: NEVER, progress: (rows) => told.push(rows) })
    assert.deepEqual([extracted.rows, extracted.counted, told[0], told.at(-1)], [9, 9, 4, 9])
    const { id, kind, felled, seen_on } = (await bench.read(extracted))[4]!
    assert.deepEqual(
      { id, kind, felled, seen_on },
      { id: '5', kind: 'elm', felled: 'true', seen_on: '2026-01-05T00:00:00.000' },
    )
    const limits = pagesAsked(server).map(({ parameters }) => parameters.get('$limit'))
    assert.deepEqual(limits, ['4', '4', '1'])
  })

  it('is of a part only where the URL says so, and then absence is not vanishing', async () => {
    await using server = await startTrees(400)
    await using bench = await openWorkbench()
    const part = async (parameters: Record<string, string>, now?: string): Promise<number[]> => {
      const source = openTest(server, { page: '70', ...parameters }, now ? { now } : {})
      assert.equal(source.partial, true)
      return (await idsOf(bench, await extract(source, bench))).toSorted((a, b) => a - b)
    }
    assert.equal(openTest(server).partial, false)
    // Of day n of the year is tree n: the 327th is of 2026-11-23.
    assert.deepEqual(await part({ since: '30d' }), upTo(400).slice(296))
    assert.deepEqual(await part({ since: '1d' }, '2026-11-23T04:00:00Z'), upTo(400).slice(324))
    assert.deepEqual(await part({ since: '2027-01-31' }), upTo(400).slice(395))
    assert.deepEqual(await part({ where: "kind = 'oak'", since: '2027-01-31' }), [397, 400])
    assert.deepEqual(await part({ limit: '100' }), upTo(100))
    assert.deepEqual(await part({ limit: '1000' }), upTo(400))
    await assert.rejects(part({ where: 'size > 3' }), { code: 'source_refused', message: /No such column: size/ })
  })

  it('needs the column of the time for `since=`', async () => {
    await using server = await startTrees(3)
    const source = openTest(server, { since: '30d' })
    server.misbehave = () => ({ body: (right) => right.replace('seen_on', 'seen') })
    await assert.rejects(source.open(NEVER), { code: 'source_column_missing', message: /seen_on.*id, kind/ })
  })

  it('is given up where the dataset changes meanwhile, whatever comes, goes or is edited, and the next one sees it all', async () => {
    type Change = { at: number; what: 'put' | 'edit' | 'remove' | 'swap'; id: number }
    const change: fc.Arbitrary<Change> = fc.record({
      at: fc.integer({ min: 1, max: 6 }),
      what: fc.constantFrom('put', 'edit', 'remove', 'swap'),
      id: fc.integer({ min: 1, max: 30 }),
    })
    await fc.assert(
      fc.asyncProperty(change, async ({ at, what, id }) => {
        await using server = await startTrees(30)
        await using bench = await openWorkbench()
        const source = openTest(server, { page: '6' })
        const resume = join(bench.stage.folder, 'resume')
        server.onRequest = (asked) => {
          if (!asked.parameters.has('$order') || pagesAsked(server).length !== at) return
          if (what === 'put' || what === 'swap') server.put({ ...treesOf(1)[0], id: '99' })
          if (what === 'remove' || what === 'swap') server.remove((row) => row['id'] === String(id))
          if (what === 'edit')
            server.edit(
              (row) => row['id'] === String(id),
              (row) => ({ ...row, kind: 'yew' }),
            )
          server.onRequest = undefined
        }
        if (at < 6) await assert.rejects(extract(source, bench, resume), { code: 'source_changed', message: /thrown away/ })
        const now = await bench.read(await extract(source, bench, resume))
        const said = now.map((row) => `${row['id']} ${row['kind']}`).toSorted()
        assert.deepEqual(said, server.rows.map(({ row }) => `${row['id']} ${row['kind']}`).toSorted())
      }),
      { numRuns: 12 },
    )
  })
})

describe('A reading that was interrupted', () => {
  it('goes on behind the last complete page, in another process too', async () => {
    await using server = await startTrees(50)
    await using bench = await openWorkbench()
    const resume = join(bench.stage.folder, 'resume')
    server.misbehave = () => (pagesAsked(server).length > 3 ? { status: 500 } : undefined)
    await assert.rejects(extract(openTest(server, { page: '10' }), bench, resume), { code: 'source_unreachable' })
    const before = server.asked.length
    server.misbehave = undefined
    const extracted = await extract(openTest(server, { page: '10' }), bench, resume)
    assert.deepEqual(await idsOf(bench, extracted), upTo(50))
    assert.equal(server.asked.slice(before).filter(({ parameters }) => parameters.has('$order')).length, 2)
    assert.ok(extracted.parts[0]!.files.every((file) => file.startsWith(resume)))
    const again = server.asked.length
    assert.deepEqual(await idsOf(bench, await extract(openTest(server, { page: '10' }), bench, resume)), upTo(50))
    assert.equal(
      server.asked.slice(again).some(({ parameters }) => parameters.has('$order')),
      false,
    )
  })

  it('begins again where rows are missing at its end, since a page before has skipped them', async () => {
    await using server = await startTrees(50)
    await using bench = await openWorkbench()
    const resume = join(bench.stage.folder, 'resume')
    server.misbehave = () => (pagesAsked(server).length === 2 ? { rows: (_, all) => all.slice(13, 23) } : undefined)
    const extraction = extract(openTest(server, { page: '10' }), bench, resume)
    await assert.rejects(extraction, { code: 'source_lost', todo: /from the beginning/ })
    server.misbehave = undefined
    assert.deepEqual(await idsOf(bench, await extract(openTest(server, { page: '10' }), bench, resume)), upTo(50))
  })

  it('begins again where the dataset is another one by now', async () => {
    await using server = await startTrees(20)
    await using bench = await openWorkbench()
    const resume = join(bench.stage.folder, 'resume')
    await extract(openTest(server, { page: '10' }), bench, resume)
    server.edit(
      (row) => row['id'] === '1',
      (row) => ({ ...row, kind: 'yew' }),
    )
    const before = pagesAsked(server).length
    const [first] = await bench.read(await extract(openTest(server, { page: '10' }), bench, resume))
    assert.equal(first?.['kind'], 'yew')
    assert.equal(pagesAsked(server).length - before, 2)
    assert.equal((await readdir(join(resume, 'socrata-extract'))).length, 3)
  })

  it('loses no more than what was half written: a line of the list, or a page of a machine without power', async () => {
    await using server = await startTrees(40)
    await using bench = await openWorkbench()
    const resume = join(bench.stage.folder, 'resume')
    const folder = join(resume, 'socrata-extract')
    const list = join(folder, 'pages.ndjson')
    await extract(openTest(server, { page: '10' }), bench, resume)
    const asks = async (): Promise<number> => {
      const before = pagesAsked(server).length
      const extracted = await extract(openTest(server, { page: '10' }), bench, resume)
      assert.deepEqual(await idsOf(bench, extracted), upTo(40))
      return pagesAsked(server).length - before
    }
    await writeFile(list, (await readFile(list, 'utf8')).slice(0, -30))
    assert.equal(await asks(), 1)
    assert.equal(await asks(), 0)
    await truncate(
      join(
        folder,
        (await readdir(folder)).find((name) => name.endsWith('.parquet'))!,
      ),
      50,
    )
    assert.equal(await asks(), 4)
    await writeFile(list, 'nonsense')
    assert.equal(await asks(), 4)
  })
})

describe('A sweep', () => {
  it('holds rows without a key too, and those come with what is fetched, so that none is lost', async () => {
    await using server = await startTrees(30)
    server.put({ kind: 'keyless' }, { id: '7', kind: 'seventh again' })
    await using bench = await openWorkbench()
    await using view = await openTest(server, { page: '8' }).open(NEVER)
    const options = { stage: bench.stage, signal: NEVER, progress: () => {}, key: 'id' }
    const swept = await view.sweep!({ ...options, cursor: 'updated_on' })
    assert.deepEqual([swept.rows, swept.counted], [32, 32])
    const keys = (await bench.read(swept)).map((row) => row['id'])
    assert.deepEqual(keys, [...upTo(30).toSpliced(7, 0, 7).map(String), null])
    async function* wanted(): AsyncGenerator<bigint[]> {
      yield [7n, 9n]
    }
    const fetched = await bench.read(await view.fetch!({ ...options, keys: wanted() }))
    assert.deepEqual(fetched.map((row) => row['kind']).toSorted(), ['ash', 'keyless', 'oak', 'seventh again'])
  })

  it('is given up where more rows come than the portal counts, since some that it does not count are old ones', async () => {
    await using server = await startTrees(30)
    server.misbehave = ({ parameters }) =>
      parameters.get('$select')?.startsWith('count(*)') ? { body: (right) => right.replace('"30"', '"27"') } : undefined
    await using bench = await openWorkbench()
    await using view = await openTest(server, { page: '8' }).open(NEVER)
    const options = { stage: bench.stage, signal: NEVER, progress: () => {}, key: 'id', cursor: 'updated_on' }
    const lost = { code: 'source_lost', message: /more than the 27 rows that it counts/ }
    await assert.rejects(view.sweep!(options), lost)
    await assert.rejects(view.extract(options), lost)
  })

  it('is not offered where the key is no number', async () => {
    await using server = await startTrees(3)
    server.misbehave = () => ({
      body: (right) => right.replace('"id","dataTypeName":"number"', '"id","dataTypeName":"text"'),
    })
    await using view = await openTest(server).open(NEVER)
    assert.deepEqual([view.sweep, view.fetch], [undefined, undefined])
  })

  it('is followed by a fetch that finds just the wanted rows, however they lie, once each', async () => {
    await using server = await startTrees(200)
    server.remove((row) => Number(row['id']) % 7 === 0)
    server.put({ id: '90000000001', kind: 'far' })
    const there = new Set(server.rows.map(({ row }) => BigInt(String(row['id']))))
    const ascending = fc
      .uniqueArray(fc.oneof(fc.bigInt({ min: 1n, max: 200n }), fc.constant(90000000001n)))
      .map((keys) => keys.filter((key) => there.has(key)).toSorted((a, b) => (a < b ? -1 : 1)))
    await using bench = await openWorkbench()
    await using view = await openTest(server, { page: '16' }).open(NEVER)
    await fc.assert(
      fc.asyncProperty(ascending, fc.integer({ min: 1, max: 50 }), async (keys, at) => {
        async function* batches(): AsyncGenerator<bigint[]> {
          for (let from = 0; from < keys.length; from += at) yield keys.slice(from, from + at)
        }
        const fetched = await view.fetch!({
          stage: bench.stage,
          signal: NEVER,
          progress: () => {},
          key: 'id',
          keys: batches(),
        })
        const found = (await bench.read(fetched)).map((row) => BigInt(String(row['id'])))
        assert.deepEqual(
          found.toSorted((a, b) => (a < b ? -1 : 1)),
          keys,
        )
        assert.equal(fetched.rows, found.length)
      }),
      { numRuns: 25 },
    )
  })

  it('is followed by a fetch that takes no short page for the last one, and fails where a row that was swept does not come', async () => {
    await using server = await startTrees(30)
    await using bench = await openWorkbench()
    await using view = await openTest(server, { page: '10' }).open(NEVER)
    const options = { stage: bench.stage, signal: NEVER, progress: () => {}, key: 'id' }
    await view.sweep!({ ...options, cursor: 'updated_on' })
    async function* wanted(): AsyncGenerator<bigint[]> {
      yield [3n, 4n, 6n, 7n, 29n]
    }
    server.misbehave = () => ({ rows: (right) => right.slice(0, 2) })
    const fetched = await view.fetch!({ ...options, keys: wanted() })
    assert.deepEqual(await idsOf(bench, fetched), [3, 4, 6, 7, 29])
    server.misbehave = () => ({ rows: (right) => right.filter(({ row }) => row['id'] !== '7') })
    await using other = await openWorkbench()
    await assert.rejects(view.fetch!({ ...options, stage: other.stage, keys: wanted() }), {
      code: 'source_lost',
      message: /gave an empty page after 4 of 5 rows/,
    })
  })

  it('fails where the dataset changes between it and the fetch', async () => {
    await using server = await startTrees(9)
    await using bench = await openWorkbench()
    await using view = await openTest(server).open(NEVER)
    const options = { stage: bench.stage, signal: NEVER, progress: () => {}, key: 'id' }
    await view.sweep!({ ...options, cursor: 'updated_on' })
    server.remove((row) => row['id'] === '4')
    async function* wanted(): AsyncGenerator<bigint[]> {
      yield [4n]
    }
    await assert.rejects(view.fetch!({ ...options, keys: wanted() }), { code: 'source_changed' })
  })
})
