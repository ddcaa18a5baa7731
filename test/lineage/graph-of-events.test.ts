import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LineageEvent } from '../../src/lineage/event.ts'
import { eventsOf } from '../../src/lineage/events.ts'
import { lineageGraph } from '../../src/lineage/graph-of-events.ts'
import { upstreamOf } from '../../src/lineage/graph.ts'
import { columnChart, tableChart } from '../../src/lineage/mermaid.ts'
import type { DatasetFacts, OutputFacts, RunFacts } from '../../src/lineage/run-facts.ts'

const dataset = (table: string, of: DatasetFacts['of'], columns: string[], version: string): DatasetFacts => ({
  dataset:
    of === 'source' ? { namespace: 'mysql://db:3306', name: 'city.crimes' } : { namespace: 'file', name: `/lake/${table}` },
  table,
  of,
  type: 'TABLE',
  version,
  columns: columns.map((name) => ({ name, type: 'string' })),
})

const written = { written: { rows: 1 }, total: { rows: 7 }, change: undefined } as const

/** A run that lands `raw.t` from a source and derives `made.v` from it. */
function facts(batchAt: string, version: string): RunFacts {
  const source = dataset('source', 'source', ['ID', 'WHAT "it" is'], 'x')
  const raw: OutputFacts = {
    ...dataset('raw.t', 'lake', ['id', 'what'], `1${version}`),
    ...written,
    lineage: {
      columns: [
        { name: 'id', inputs: [{ table: 'source', column: 'ID', kind: 'IDENTITY' }], unresolved: [] },
        {
          name: 'what',
          inputs: [{ table: 'source', column: 'WHAT "it" is', kind: 'TRANSFORMATION' }],
          unresolved: [],
          expression: 'read',
        },
      ],
      rows: [{ table: 'source', column: 'ID', kind: 'FILTER' }],
      unresolved: [],
    },
  }
  const made: OutputFacts = {
    ...dataset('made.v', 'lake', ['n', 'what', 'odd'], `2${version}`),
    ...written,
    lineage: {
      columns: [
        { name: 'n', inputs: [], unresolved: [], expression: 'count(*)' },
        {
          name: 'what',
          inputs: [
            { table: 'raw.t', column: 'what', kind: 'IDENTITY' },
            { table: 'raw.t', column: 'id', kind: 'CONDITIONAL' },
          ],
          unresolved: [],
        },
        { name: 'odd', inputs: [], unresolved: ['nobody knows'] },
      ],
      rows: [{ table: 'raw.t', column: 'what', kind: 'GROUP_BY' }],
      unresolved: [],
    },
  }
  const times = { startedAt: batchAt, endedAt: batchAt, end: 'COMPLETE', doc: 'A step.' } as const
  return {
    namespace: 'police',
    run: `run-${version}`,
    batchAt,
    kind: 'full',
    pipeline: { name: 'city', title: 'A city', folder: '/pipeline' },
    codeVersion: `0.1.0+${version}`,
    engine: { name: 'DuckDB', version: '1.5.6' },
    lake: { location: 'file:///lake', catalog: 'blotter' },
    ...times,
    steps: [
      {
        name: 'extract',
        ...times,
        sql: { query: 'SELECT ID FROM crimes', dialect: 'mysql' },
        inputs: [source],
        outputs: [],
      },
      { name: 'land', ...times, inputs: [source, dataset('raw.t', 'lake', ['id'], `0${version}`)], outputs: [raw] },
      {
        name: 'aggregate',
        ...times,
        sql: { query: '-- table made.v from 3-made/v.sql\nselect 1;', dialect: 'duckdb' },
        inputs: [dataset('raw.t', 'lake', ['id'], `1${version}`)],
        outputs: [made],
      },
    ],
  }
}

const OLD = '2026-11-21T06:00:00Z'
const NEW = '2026-11-22T06:00:00Z'
const EVENTS: Record<string, LineageEvent[]> = { [OLD]: eventsOf(facts(OLD, 'a')), [NEW]: eventsOf(facts(NEW, 'b')) }
const version = (name: string, snapshotId: string, batchAt: string, letter: string) => ({
  name,
  doc: `What ${name} is.`,
  snapshotId,
  batchAt,
  run: `run-${letter}`,
  codeVersion: `0.1.0+${letter}`,
})
const graphOf = () =>
  lineageGraph(
    { batchAt: NEW, run: 'run-b', codeVersion: '0.1.0+b' },
    [
      version('raw.t', '1b', NEW, 'b'),
      version('made.v', '2a', OLD, 'a'),
      version('gone.w', '9', '2026-11-01T00:00:00Z', 'z'),
    ],
    async (at) => EVENTS[at],
  )

describe('The graph of a batch', () => {
  it('tells of each table by the events of the batch that made it', async () => {
    const { tables } = await graphOf()
    assert.deepEqual(
      tables.map((node) => [node.name, node.kind, node.version]),
      [
        ['mysql://db:3306/city.crimes', 'source', 'x'],
        ['raw.t', 'table', '1b'],
        ['made.v', 'table', '2a'],
        ['gone.w', 'table', '9'],
      ],
    )
    const [, raw, made, gone] = tables
    assert.deepEqual(raw!.from, [
      { name: 'mysql://db:3306/city.crimes', version: 'x' },
      { name: 'raw.t', version: '0b' },
    ])
    assert.deepEqual(raw!.made_by, {
      batch_at: NEW,
      run: 'run-b',
      code_version: '0.1.0+b',
      kind: 'full',
      step: 'land',
      query: 'SELECT ID FROM crimes',
      file: null,
    })
    assert.deepEqual(made!.made_by, {
      batch_at: OLD,
      run: 'run-a',
      code_version: '0.1.0+a',
      kind: 'full',
      step: 'aggregate',
      query: 'select 1',
      file: '3-made/v.sql',
    })
    assert.deepEqual(made!.from, [{ name: 'raw.t', version: '1a' }])
    assert.match(gone!.unresolved.join(), /No lineage was written for the batch 2026-11-01/)
  })

  it('gives back every column as it was written, doubts included', async () => {
    const { tables } = await graphOf()
    const made = tables.find((node) => node.name === 'made.v')!
    assert.deepEqual(made.columns, [
      { name: 'n', type: 'string', expression: 'count(*)', inputs: [], unresolved: [] },
      {
        name: 'what',
        type: 'string',
        expression: null,
        inputs: [
          { table: 'raw.t', column: 'what', kinds: ['IDENTITY'] },
          { table: 'raw.t', column: 'id', kinds: ['CONDITIONAL'] },
        ],
        unresolved: [],
      },
      { name: 'odd', type: 'string', expression: null, inputs: [], unresolved: ['nobody knows'] },
    ])
    assert.deepEqual(made.decided_by, [{ table: 'raw.t', column: 'what', kinds: ['GROUP_BY'] }])
    assert.equal(made.rows, 7)
  })

  it('is cut to what leads to one table', async () => {
    const graph = await graphOf()
    assert.deepEqual(
      upstreamOf(graph, 'raw.t').tables.map((node) => node.name),
      ['mysql://db:3306/city.crimes', 'raw.t'],
    )
  })
})

describe('A chart', () => {
  it('has a box for each table and an arrow for each that reads another', async () => {
    assert.equal(
      tableChart(await graphOf()),
      [
        'flowchart LR',
        '  t0[("mysql://db:3306<br>city.crimes")]',
        '  t1["raw.t<br>7 rows<br>snapshot 1b"]',
        '  t2["made.v<br>7 rows<br>snapshot 2a"]',
        '  t3["gone.w<br>snapshot 9"]',
        '  t0 -->|land| t1',
        '  t1 -->|aggregate| t2',
        '',
      ].join('\n'),
    )
  })

  it('of columns has values as arrows and what decides as dots, and no sign that breaks it', async () => {
    const chart = columnChart(upstreamOf(await graphOf(), 'made.v'))
    assert.match(chart, /t0c1\["WHAT #34;it#34; is"\]/)
    assert.match(chart, /t0c1 -->\|transformation\| t1c1/)
    assert.match(chart, /t1c1 --> t2c1/)
    assert.match(chart, /t1c0 -\.->\|conditional\| t2c1/)
    assert.match(chart, /t1c1 -\.->\|group by\| t2\n/)
    assert.doesNotMatch(chart, /undefined/)
  })
})
