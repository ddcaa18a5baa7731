import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { BlotterError, type ErrorCode } from '../../src/errors.ts'

const failsWith = (code: ErrorCode) => (error: unknown) => error instanceof BlotterError && error.code === code

/** An adapter under test: a fresh, empty catalog, and a second connection to the same one. */
export interface CatalogUnderTest {
  open(): Promise<{ catalog: Catalog; again(): Promise<Catalog>; dispose(): Promise<void> }>
  /** False where tables move one by one (Glue): a conflict may then leave some moved. */
  atomic: boolean
}

/** What every catalog promises, whatever keeps its pointers. */
export function catalogContract(name: string, { open, atomic }: CatalogUnderTest): void {
  const contract = (promise: string, check: (catalog: Catalog, again: () => Promise<Catalog>) => Promise<void>): void => {
    test(`${name}: ${promise}`, async () => {
      const { catalog, again, dispose } = await open()
      try {
        await check(catalog, again)
      } finally {
        await dispose()
      }
    })
  }
  const conflictOver = (table: string) => (error: unknown) =>
    error instanceof BlotterError && error.code === 'commit_conflict' && error.message.includes(table)

  contract('a new catalog is empty', async (catalog) => {
    assert.deepEqual(await catalog.namespaces(), [])
    assert.deepEqual(await catalog.tables(), [])
    assert.equal(await catalog.entry('raw.crimes'), undefined)
    await catalog.commit([])
  })

  contract('tables that are made in one commit are there together, with their namespaces', async (catalog, again) => {
    await catalog.commit([
      { table: 'raw.crimes', from: null, to: 'file:///lake/raw/crimes/metadata/00000-a.metadata.json' },
      { table: 'history.batches', from: null, to: 'file:///lake/history/batches/metadata/00000-b.metadata.json' },
    ])
    const other = await again()
    assert.deepEqual(await other.namespaces(), ['history', 'raw'])
    assert.deepEqual(
      (await other.tables()).map((entry) => entry.table),
      ['history.batches', 'raw.crimes'],
    )
    assert.deepEqual(
      (await other.tables('raw')).map((entry) => entry.table),
      ['raw.crimes'],
    )
    assert.equal(
      (await other.entry('raw.crimes'))?.metadataLocation,
      'file:///lake/raw/crimes/metadata/00000-a.metadata.json',
    )
    other.close()
  })

  contract('a table moves only from where it was expected', async (catalog) => {
    await catalog.commit([{ table: 'raw.crimes', from: null, to: 'a' }])
    await catalog.commit([{ table: 'raw.crimes', from: 'a', to: 'b' }])
    await assert.rejects(catalog.commit([{ table: 'raw.crimes', from: 'a', to: 'c' }]), conflictOver('raw.crimes'))
    await assert.rejects(catalog.commit([{ table: 'raw.crimes', from: null, to: 'c' }]), conflictOver('raw.crimes'))
    await assert.rejects(catalog.commit([{ table: 'raw.other', from: 'a', to: 'c' }]), conflictOver('raw.other'))
    assert.equal((await catalog.entry('raw.crimes'))?.metadataLocation, 'b')
  })

  if (atomic) {
    contract('of several tables all move or none does', async (catalog) => {
      await catalog.commit([
        { table: 'raw.crimes', from: null, to: 'a1' },
        { table: 'history.batches', from: null, to: 'b1' },
      ])
      const stale = [
        { table: 'raw.crimes', from: 'a1', to: 'a2' },
        { table: 'new.table', from: null, to: 'n1' },
        { table: 'history.batches', from: 'b0', to: 'b2' },
      ]
      await assert.rejects(catalog.commit(stale), conflictOver('history.batches'))
      assert.deepEqual(await catalog.tables(), [
        { table: 'history.batches', metadataLocation: 'b1' },
        { table: 'raw.crimes', metadataLocation: 'a1' },
      ])
      assert.deepEqual(await catalog.namespaces(), ['history', 'raw'])
    })
  }

  contract('a namespace is made once, keeps its properties, and goes when nothing is in it', async (catalog) => {
    await catalog.createNamespace('a', { owner: 'me' })
    await assert.rejects(catalog.createNamespace('a', {}), failsWith('namespace_exists'))
    await catalog.updateNamespace('a', { x: 'y' }, ['owner', 'none'])
    assert.deepEqual(await catalog.namespace('a'), { x: 'y' })
    await catalog.updateNamespace('a', {}, ['x'])
    assert.deepEqual(await catalog.namespace('a'), {})
    await catalog.commit([{ table: 'a.t', from: null, to: '0' }])
    await assert.rejects(catalog.dropNamespace('a'), failsWith('namespace_not_empty'))
    await catalog.drop({ table: 'a.t', metadataLocation: '0' })
    await catalog.dropNamespace('a')
    assert.equal(await catalog.namespace('a'), undefined)
    await assert.rejects(catalog.dropNamespace('a'), failsWith('namespace_missing'))
    await assert.rejects(catalog.updateNamespace('a', {}, []), failsWith('namespace_missing'))
  })

  contract('a table is renamed into a namespace that is there, to a name that is free', async (catalog) => {
    await catalog.commit([
      { table: 'a.t', from: null, to: '0' },
      { table: 'a.u', from: null, to: '1' },
    ])
    await assert.rejects(catalog.rename('a.t', 'a.u'), failsWith('table_exists'))
    await assert.rejects(catalog.rename('a.t', 'b.t'), failsWith('namespace_missing'))
    await assert.rejects(catalog.rename('a.x', 'a.y'), failsWith('table_missing'))
    await catalog.createNamespace('b', {})
    await catalog.rename('a.t', 'b.t')
    assert.equal(await catalog.entry('a.t'), undefined)
    assert.equal((await catalog.entry('b.t'))?.metadataLocation, '0')
    await catalog.commit([{ table: 'b.t', from: '0', to: '2' }])
  })

  contract('a table that moved meanwhile is not dropped', async (catalog) => {
    await catalog.commit([{ table: 'a.t', from: null, to: '0' }])
    await catalog.commit([{ table: 'a.t', from: '0', to: '1' }])
    await assert.rejects(catalog.drop({ table: 'a.t', metadataLocation: '0' }), failsWith('commit_conflict'))
    assert.equal((await catalog.entry('a.t'))?.metadataLocation, '1')
  })

  contract('of two writers that start from the same version one wins and the other is told', async (catalog, again) => {
    await catalog.commit([{ table: 'raw.crimes', from: null, to: '0' }])
    const writers = [catalog, await again()]
    let conflicts = 0
    const write = async (writer: Catalog, label: string): Promise<void> => {
      for (let done = 0; done < 20;) {
        const from = (await writer.entry('raw.crimes'))!.metadataLocation
        await Promise.resolve()
        try {
          await writer.commit([{ table: 'raw.crimes', from, to: `${from},${label}` }])
          done++
        } catch (error) {
          assert.ok(conflictOver('raw.crimes')(error), String(error))
          conflicts++
        }
      }
    }
    await Promise.all(writers.map((writer, index) => write(writer, index === 0 ? 'a' : 'b')))
    const moves = (await catalog.entry('raw.crimes'))!.metadataLocation.split(',').slice(1)
    assert.equal(moves.filter((label) => label === 'a').length, 20)
    assert.equal(moves.length, 40, 'no move was lost')
    assert.ok(conflicts > 0, 'the writers did meet')
    writers[1]!.close()
  })
}
