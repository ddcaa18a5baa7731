import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { tableMeant } from '../../src/query/lineage.ts'
import { type City, type Incident, makeCity, watch } from '../pipeline/city.ts'

const incident = (id: number, more: Partial<Incident> = {}): Incident => ({
  id,
  date: '2024-03-10 02:30:00',
  primary_type: 'THEFT',
  description: 'FROM BUILDING',
  block: '001XX W LAKE ST',
  location_description: 'STREET',
  arrest: 'false',
  updated_on: '2024-03-11 00:00:00',
  ...more,
})

const [FIRST, SECOND, THIRD] = ['2026-11-21T06:00:00Z', '2026-11-22T06:00:00Z', '2026-11-23T06:00:00Z'] as const

/** Three batches: three incidents, one more, and nothing new. */
async function threeBatches(): Promise<City> {
  const city = await makeCity()
  await city.publish([1, 2, 3].map((id) => incident(id)))
  await city.run({ at: FIRST })
  await city.publish([1, 2, 3, 4].map((id) => incident(id)))
  await city.run({ at: SECOND })
  await city.run({ at: THIRD })
  return city
}

describe('The lineage of a batch', () => {
  it('shows the snapshots of that batch, and who made them, in every batch', async () => {
    await using city = await threeBatches()
    for (const at of [FIRST, SECOND, THIRD]) {
      const { graph } = await city.platform.lineage({ at })
      assert.equal(graph.batch_at, at)
      const listed = await city.platform.tables(at)
      const told = graph.tables.filter((node) => node.kind === 'table')
      assert.deepEqual(
        told.map((node) => [node.name, node.version, node.rows, node.made_by?.batch_at]),
        listed.map((one) => [one.name, one.snapshot_id, one.rows, one.batch_at]),
      )
      assert.deepEqual(
        told.map((node) => node.unresolved),
        told.map(() => []),
      )
    }
  })

  it('leads every column of every table down to the source, or says what it is', async () => {
    await using city = await threeBatches()
    const { graph } = await city.platform.lineage({ at: THIRD })
    const columns = new Set(graph.tables.flatMap((node) => node.columns.map((column) => `${node.name}.${column.name}`)))
    const own = new Map(
      (await city.platform.tables(THIRD)).map((one) => [one.name, one.columns.map((column) => column.name)]),
    )
    for (const node of graph.tables.filter((one) => one.kind === 'table')) {
      assert.deepEqual(
        node.columns.map((column) => column.name),
        own.get(node.name),
      )
      for (const column of node.columns) {
        assert.ok(
          column.inputs.length > 0 || column.expression !== null || node.name.startsWith('quarantine'),
          `${node.name}.${column.name}`,
        )
        for (const input of column.inputs)
          assert.ok(columns.has(`${input.table}.${input.column}`), `${input.table}.${input.column}`)
      }
    }
    const source = graph.tables.find((node) => node.kind === 'source')!
    assert.equal(source.name, `file:${join(city.folder, 'crimes.csv')}`)
  })

  it('of one table is that of what leads to it', async () => {
    await using city = await threeBatches()
    const { graph, table } = await city.platform.lineage({ table: 'by_type', at: FIRST })
    assert.equal(table, 'aggregates.by_type')
    assert.deepEqual(
      graph.tables.map((node) => node.name.replace(city.folder, '')),
      ['file:/crimes.csv', 'reference.crime_types', 'raw.crimes', 'processed.crimes_without_arrest', 'aggregates.by_type'],
    )
    await assert.rejects(city.platform.lineage({ table: 'nothing' }), { code: 'usage' })
  })

  it('tells of a restore as what it is: the table from an older version of itself', async () => {
    await using city = await threeBatches()
    const [first] = await city.platform.tables(FIRST)
    await city.publish([
      incident(1, { block: 'ELSEWHERE', updated_on: '2024-05-01 00:00:00' }),
      incident(2),
      incident(3),
      incident(4),
    ])
    await city.run()
    await city.platform.restore({ ref: FIRST, where: "block <> 'x' and id = 1" }, watch())
    const { graph } = await city.platform.lineage({ table: 'raw.crimes' })
    const raw = graph.tables.find((node) => node.name === 'raw.crimes')!
    assert.equal(raw.made_by?.kind, 'restore')
    assert.deepEqual(
      raw.from.map((input) => input.name),
      ['raw.crimes', 'raw.crimes'],
    )
    assert.equal(raw.from[0]!.version, first!.snapshot_id)
    assert.deepEqual(raw.columns.find((column) => column.name === 'block')!.inputs, [
      { table: 'raw.crimes', column: 'block', kinds: ['IDENTITY'] },
    ])
    assert.deepEqual(
      raw.decided_by.map((input) => [input.column, ...input.kinds]),
      [
        ['block', 'FILTER'],
        ['id', 'FILTER'],
      ],
    )
    assert.match(raw.made_by?.query ?? '', /^-- as of 2026-11-21T06:00:00Z\nSELECT .* WHERE/)
  })

  it('is told without columns where the events are gone, and the events are missed', async () => {
    await using city = await threeBatches()
    await rm(join(city.lake, 'lineage'), { recursive: true })
    const { graph } = await city.platform.lineage({ at: SECOND })
    assert.ok(graph.tables.every((node) => node.version !== null && node.columns.length === 0))
    assert.match(graph.tables[0]!.unresolved.join(), /No lineage was written/)
    await assert.rejects(city.platform.lineageEvents(SECOND), { code: 'batch_missing' })
  })

  it('is there as the events of the batch, too', async () => {
    await using city = await threeBatches()
    const events = await city.platform.lineageEvents('latest~1')
    assert.equal(events.length, 16)
    assert.ok(events.every((event) => JSON.stringify(event.run.facets['nominalTime']).includes(SECOND)))
  })
})

describe('A table that a person means', () => {
  const names = ['raw.crimes', 'quarantine.crimes', 'aggregates.by_type']
  it('is found by its name and by the end of it, whatever its capitals', () => {
    assert.equal(tableMeant('raw.CRIMES', names), 'raw.crimes')
    assert.equal(tableMeant('by_type', names), 'aggregates.by_type')
  })
  it('is asked for again where that is not enough', () => {
    assert.throws(() => tableMeant('crimes', names), {
      code: 'usage',
      message: /could be raw\.crimes or quarantine\.crimes/,
    })
    assert.throws(() => tableMeant('nope', names), { code: 'usage' })
  })
})
