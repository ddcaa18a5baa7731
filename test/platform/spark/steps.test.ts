import assert from 'node:assert/strict'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { openSqliteCatalog } from '../../../src/catalog/sqlite/catalog.ts'
import { systemClock } from '../../../src/clock.ts'
import { openDuckDb } from '../../../src/engine/duckdb/engine.ts'
import type { BatchWork } from '../../../src/engine/application.ts'
import { BlotterError, type ErrorCode } from '../../../src/errors.ts'
import { localStorage } from '../../../src/lake/local/storage.ts'
import { withMetadata, writeMetadata } from '../../../src/lake/write/stage.ts'
import { tagsOf } from '../../../src/lake/table.ts'
import type { BatchMaker, BatchWatch } from '../../../src/pipeline/batch/batch-maker.ts'
import { makeBatch, releaseBatch, resumeBatch } from '../../../src/pipeline/batch/make-batch.ts'
import { loadPipeline } from '../../../src/pipeline/definition/load.ts'
import { tableSpecs } from '../../../src/pipeline/definition/tables.ts'
import { listRuns } from '../../../src/orchestrate/run/runs.ts'
import { sparkSteps } from '../../../src/platform/spark/steps.ts'
import type { FoundColumn, Source } from '../../../src/source/source.ts'
import { openState, type State } from '../../../src/state/state.ts'
import { CHICAGO, planOf, URL } from '../../engine/spark/plan.ts'
import { loadFrom, writeBranch } from './write-branch.ts'

const AT = '2026-11-23T06:00:00Z'
const OUTPUTS: Readonly<Record<string, unknown>> = {
  extract: { mode: 'full', first: true, rows: 3, swept: 0, engine: { name: 'Spark', version: '4.1.4' } },
  check: {
    read: 3,
    good: { rows: 2 },
    quarantine: { rows: 1, byRule: { bad_date: 1 } },
    collapsed: 0,
    repairs: {},
    warnings: {},
    columns: { missing: [], unknown: [] },
  },
  land: { counts: { new: 2 }, landed: 2, unchanged: 0, before: 0, after: 2, held: 0 },
  transform: { changed: ['processed.crimes_without_arrest'] },
  aggregate: { changed: [] },
}

/** Spark is a double here that says what it is told to and writes the branches that Spark would. */
describe('A run that Spark makes', () => {
  let folder = ''
  let state: State
  let catalog: Catalog
  let maker: BatchMaker
  let begun: BatchWork[] = []
  /** What a phase throws, once. */
  let failing = new Map<string, BlotterError>()
  let primaryKey: string[] = ['id']
  const watch: BatchWatch = {
    signal: new AbortController().signal,
    onStart: () => {},
    onEvent: () => {},
    onRows: () => {},
    onNotice: () => {},
  }
  const make = (source = URL) => makeBatch(maker, { source, full: false, at: AT }, watch)

  beforeEach(async () => {
    folder = await mkdtemp(join(await realpath(tmpdir()), 'blotter-'))
    begun = []
    failing = new Map()
    primaryKey = ['id']
    state = openState(join(folder, 'state'), { clock: systemClock })
    catalog = openSqliteCatalog(join(folder, 'catalog.sqlite'), { name: 'blotter' })
    const pipeline = await loadPipeline(CHICAGO)
    const plan = await planOf()
    const names = tableSpecs(pipeline).map((spec) => spec.name)
    const columns = plan.source.columns.map(({ column }): FoundColumn => ({
      name: column.name,
      type: 'text',
      declared: 'text',
    }))
    const application = (work: BatchWork) => ({
      async phase(name: string) {
        const failure = failing.get(name)
        failing.delete(name)
        if (failure) throw failure
        if (name !== 'commit') return OUTPUTS[name]
        for (const table of names) await writeBranch(catalog, table, work.run, work.batchAt)
        return { kind: 'full', rows: {}, tables: names.map((table) => ({ name: table, snapshot_id: '1', rows: 2 })) }
      },
      end: async () => {},
    })
    maker = {
      lake: { storage: localStorage(), catalog, location: `file://${folder}` },
      state,
      pipeline,
      guards: plan.guards,
      mapping: {},
      codeVersion: '0+test',
      openLineage: { namespace: 'blotter', url: undefined, apiKey: undefined },
      workingFolder: folder,
      clock: systemClock,
      engine: 'spark',
      sparkSteps: () =>
        sparkSteps({
          plan: () => plan,
          submit: async (_, __, work) => {
            begun.push(work)
            return application(work)
          },
        }),
      openEngine: (spillFolder) => openDuckDb({ memoryBytes: 2 ** 28, spillFolder }),
      openSource: async (url): Promise<Source> => ({
        url,
        partial: false,
        describe: async () => ({ what: 'a double', columns, primaryKey }),
        open: () => Promise.reject(new BlotterError('source_refused', 'Nobody reads it here.', { todo: 'Nothing.' })),
      }),
    }
  })
  afterEach(async () => {
    catalog.close()
    state.close()
    await rm(folder, { recursive: true })
  })

  const failure = async (work: Promise<unknown>, code: ErrorCode): Promise<BlotterError> => {
    const error = await work.then(
      () => assert.fail('it succeeded'),
      (caught: unknown) => caught,
    )
    assert.ok(error instanceof BlotterError)
    assert.equal(error.code, code, error.message)
    return error
  }

  it('is recorded and reported like any other, and its batch is there in every table', async () => {
    const report = await make()
    assert.equal(report.state, 'succeeded')
    assert.deepEqual(
      report.steps.map(({ name, state: end }) => `${name} ${end}`),
      [
        'extract succeeded',
        'check succeeded',
        'land succeeded',
        'transform succeeded',
        'aggregate skipped',
        'commit succeeded',
        'publish succeeded',
      ],
    )
    assert.deepEqual(report.rows, { read: 3, landed: 2, unchanged: 0, quarantined: 1, swept: 0 })
    assert.deepEqual(report.changes, { new: 2 })
    assert.equal(begun.length, 1)
    for (const { name } of report.tables) {
      const table = await loadFrom(catalog, name)
      assert.ok(tagsOf(table).has(AT), name)
      assert.deepEqual(Object.keys(table.metadata.refs).sort(), [AT, 'main'])
      assert.equal(table.metadata.properties['write.merge.mode'], 'merge-on-read')
      assert.ok(table.metadata.location.startsWith('file:///'))
    }
    assert.deepEqual((await make()).already_committed, true)
  })

  it('goes on with the phase that is next, and hands over what those before it have told', async () => {
    failing.set('land', new BlotterError('spark_failed', 'A worker is gone.', { todo: 'Try again.' }))
    await failure(make(), 'spark_failed')
    const report = await resumeBatch(maker, undefined, watch)
    assert.equal(report.state, 'succeeded')
    assert.deepEqual(
      begun.map(({ from }) => from),
      ['extract', 'land'],
    )
    assert.deepEqual(Object.keys(begun[1]!.previous), ['extract', 'check'])
    assert.equal(begun[1]!.run, begun[0]!.run)
  })

  it('is held by a guard with the way on, and passes it once it is released', async () => {
    const numbers = { guard: 'vanished', vanished: 9 }
    failing.set('land', new BlotterError('run_held', '9 of 10 incidents are gone.', { todo: '', context: numbers }))
    const held = await make()
    assert.equal(held.state, 'held')
    assert.equal(held.held?.guard, 'vanished')
    assert.match(held.held?.todo ?? '', /blotter runs release/)
    assert.equal((await releaseBatch(maker, undefined, watch)).state, 'succeeded')
    assert.deepEqual(
      begun.map(({ from, released }) => `${from} ${released}`),
      ['extract false', 'land true'],
    )
  })

  it('is begun again where another engine is to go on with it, which could not read what Spark has staged', async () => {
    const stop = new AbortController()
    const onEvent: BatchWatch['onEvent'] = (event) => {
      if (event.type === 'step' && event.step === 'transform') stop.abort()
    }
    await failure(
      makeBatch(maker, { source: URL, full: false, at: AT }, { ...watch, signal: stop.signal, onEvent }),
      'interrupted',
    )
    const [first] = listRuns(state)
    await failure(makeBatch({ ...maker, engine: 'duckdb' }, { source: URL, full: false, at: AT }, watch), 'source_refused')
    const runs = listRuns(state)
    assert.equal(runs.length, 2)
    assert.equal(runs.find(({ run }) => run === first!.run)!.state, 'terminated')
  })

  it('wants a source with one key, and begins nothing without', async () => {
    primaryKey = []
    const { message } = await failure(make(), 'source_key_missing')
    assert.match(message, /key/)
    primaryKey = ['id', 'year']
    await failure(make(), 'source_key_missing')
    assert.equal(begun.length, 0)
  })

  it('reads MySQL and nothing else', async () => {
    const { message, todo } = await failure(make('demo://chicago?rows=10'), 'unsupported')
    assert.match(message, /reads MySQL and MariaDB, and demo:/)
    assert.match(todo, /blotter load/)
    assert.equal(begun.length, 0)
  })

  it('is refused where a restore holds rows, or the pipeline has other columns than the lake', async () => {
    await make()
    const next = (pipeline = maker.pipeline) =>
      makeBatch({ ...maker, pipeline }, { source: URL, full: false, at: '2026-11-24T06:00:00Z' }, watch)
    const columns = [...maker.pipeline.tables[0]!.columns, { name: 'more', type: 'int' as const }]
    const [derived, ...others] = maker.pipeline.tables
    const wider = { ...maker.pipeline, tables: [{ ...derived!, columns }, ...others] }
    assert.match((await failure(next(wider), 'unsupported')).message, /other columns for processed\.crimes_without_arrest/)
    const raw = await loadFrom(catalog, maker.pipeline.rawName)
    const holds = JSON.stringify([{ batch: AT, where: null, since: AT }])
    await setProperty(catalog, raw.name, 'blotter.holds', holds)
    const { message, todo } = await failure(next(), 'unsupported')
    assert.match(message, /A restore holds rows of raw\.crimes/)
    assert.match(todo, /restore --lift/)
  })
})

async function setProperty(catalog: Catalog, name: string, property: string, value: string): Promise<void> {
  const table = await loadFrom(catalog, name)
  const properties = { ...table.metadata.properties, [property]: value }
  await catalog.commit([await writeMetadata(localStorage(), withMetadata(table, { properties }, systemClock.now()))])
}
