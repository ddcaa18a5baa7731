import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { GlueClient, GetTableVersionsCommand } from '@aws-sdk/client-glue'
import { openGlueCatalog } from '../../../src/catalog/glue/catalog.ts'
import { BlotterError } from '../../../src/errors.ts'
import { startBucket } from '../../services/buckets.ts'
import { NO_MOTO } from '../../services/moto.ts'
import { catalogContract } from '../contract.ts'

const moto = await startBucket('lake')
const open = () => openGlueCatalog({ name: 'blotter', last: 'history.batches' })
const empty = (): Promise<unknown> => fetch(`${moto!.endpoint}/moto-api/reset`, { method: 'POST' })

describe('Glue', { skip: moto ? false : NO_MOTO }, () => {
  after(() => moto?.stop())

  catalogContract('Glue', {
    atomic: false,
    async open() {
      await empty()
      const catalog = open()
      return { catalog, again: async () => open(), dispose: async () => catalog.close() }
    },
  })

  it('moves the list of batches last, and takes back what it moved when a later move loses its race', async () => {
    await empty()
    const catalog = open()
    await catalog.commit([
      { table: 'history.batches', from: null, to: 's3://lake/history/batches/metadata/b1.json' },
      { table: 'raw.crimes', from: null, to: 's3://lake/raw/crimes/metadata/a1.json' },
    ])
    const stale = [
      { table: 'history.batches', from: 's3://lake/history/batches/metadata/b0.json', to: 'b2' },
      { table: 'raw.crimes', from: 's3://lake/raw/crimes/metadata/a1.json', to: 'a2' },
      { table: 'raw.other', from: null, to: 'o1' },
    ]
    await assert.rejects(
      catalog.commit(stale),
      (error: unknown) => error instanceof BlotterError && error.code === 'commit_conflict',
    )
    assert.deepEqual(
      (await catalog.tables()).map(({ table, metadataLocation }) => [table, metadataLocation]),
      [
        ['history.batches', 's3://lake/history/batches/metadata/b1.json'],
        ['raw.crimes', 's3://lake/raw/crimes/metadata/a1.json'],
      ],
    )
  })

  it('loses no commit of many writers at once: each is applied or told that it lost', async () => {
    await empty()
    const catalog = open()
    await catalog.commit([{ table: 'raw.crimes', from: null, to: '0' }])
    let applied = 0
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        const own = open()
        for (let turn = 0; turn < 8; turn++) {
          const { metadataLocation } = (await own.entry('raw.crimes'))!
          await own.commit([{ table: 'raw.crimes', from: metadataLocation, to: String(Number(metadataLocation) + 1) }]).then(
            () => (applied += 1),
            (error: unknown) => assert.equal((error as BlotterError).code, 'commit_conflict'),
          )
        }
      }),
    )
    assert.equal((await catalog.entry('raw.crimes'))!.metadataLocation, String(applied))
    assert.ok(applied >= 8, String(applied))
  })

  it('leaves the columns that another engine described, and marks the table as Iceberg', async () => {
    await empty()
    const catalog = open()
    await catalog.commit([{ table: 'raw.crimes', from: null, to: 's3://lake/raw/crimes/metadata/a1.json' }])
    await catalog.commit([
      { table: 'raw.crimes', from: 's3://lake/raw/crimes/metadata/a1.json', to: 's3://lake/raw/crimes/metadata/a2.json' },
    ])
    const { TableVersions } = await new GlueClient({}).send(
      new GetTableVersionsCommand({ DatabaseName: 'raw', TableName: 'crimes' }),
    )
    const { Parameters, StorageDescriptor } = TableVersions!.toSorted(
      (a, b) => Number(b.VersionId) - Number(a.VersionId),
    )[0]!.Table!
    assert.deepEqual(Parameters, {
      table_type: 'ICEBERG',
      metadata_location: 's3://lake/raw/crimes/metadata/a2.json',
      previous_metadata_location: 's3://lake/raw/crimes/metadata/a1.json',
    })
    assert.equal(StorageDescriptor?.Location, 's3://lake/raw/crimes')
  })
})
