import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { sqlFollower, type TableLineage } from '../../src/lineage/column-lineage.ts'
import type { Flow } from '../../src/lineage/sql/origin.ts'
import { loadPipeline } from '../../src/pipeline/definition/load.ts'
import { tableSpecs } from '../../src/pipeline/definition/tables.ts'
import { fillIn } from '../../src/transform/render.ts'
import { SHIPPED } from './expected.ts'

let engine: Engine
let follow: Awaited<ReturnType<typeof sqlFollower>>
before(async () => {
  engine = await openDuckDb({
    memoryBytes: 2 ** 28,
    spillFolder: join(tmpdir(), `blotter-lineage-${process.pid}`),
    threads: 1,
  })
  follow = await sqlFollower(engine)
})
after(() => engine[Symbol.asyncDispose]())

const TABLES = [
  { name: 'raw.t', columns: ['a', 'b', 'c', 's'] },
  { name: 'raw.u', columns: ['a', 'x', 'y'] },
]

/** `a IDENTITY`; the table in front where it is not `raw.t`. */
function words(flows: readonly Flow[]): string[] {
  return flows.map(
    ({ table, column, kind }) => `${table === 'raw.t' ? '' : `${table.replace('raw.', '')}.`}${column} ${kind}`,
  )
}

function told(lineage: TableLineage): { columns: Record<string, string[]>; rows: string[]; unresolved: string[] } {
  const open = lineage.columns.flatMap((column) => column.unresolved.map((why) => `${column.name}: ${why}`))
  return {
    columns: Object.fromEntries(lineage.columns.map(({ name, inputs }) => [name, words(inputs)])),
    rows: words(lineage.rows),
    unresolved: [...open, ...lineage.unresolved],
  }
}

const IDENTITY_A = { columns: { a: ['a IDENTITY'] }, rows: [] }

/** What each statement gives: columns as `name: inputs`, and what decides about rows. */
const CASES: Record<string, { sql: string; columns: Record<string, string[]>; rows?: string[] }> = {
  'a plain column': { sql: 'select a from raw.t', ...IDENTITY_A },
  'an alias of the table, in other capitals': { sql: 'SELECT Q.A FROM raw.T AS q', columns: { A: ['a IDENTITY'] } },
  'a table named with its schema': {
    sql: 'select raw.t.a, t.b from raw.t',
    columns: { a: ['a IDENTITY'], b: ['b IDENTITY'] },
  },
  'an alias of a column': { sql: 'select a as z from raw.t', columns: { z: ['a IDENTITY'] } },
  'a cast': { sql: 'select cast(a as int) as z from raw.t', columns: { z: ['a TRANSFORMATION'] } },
  'a constant and a parameter': { sql: 'select 1 as z, $p as p from raw.t', columns: { z: [], p: [] } },
  coalesce: {
    sql: 'select coalesce(t.a, u.x) as z from raw.t left join raw.u on t.a = u.a',
    columns: { z: ['a TRANSFORMATION', 'u.x TRANSFORMATION'] },
    rows: ['a JOIN', 'u.a JOIN'],
  },
  'a case whose condition decides and whose branches are values': {
    sql: 'select case when a = 1 then b else c end as z from raw.t',
    columns: { z: ['b TRANSFORMATION', 'c TRANSFORMATION', 'a CONDITIONAL'] },
  },
  'an alias that a later column uses': {
    sql: 'select a + 1 as z, z * b as w from raw.t',
    columns: { z: ['a TRANSFORMATION'], w: ['a TRANSFORMATION', 'b TRANSFORMATION'] },
  },
  'a column before an alias of the same name': {
    sql: 'select a as b, b as c from raw.t',
    columns: { b: ['a IDENTITY'], c: ['b IDENTITY'] },
  },
  'filter, group, having and order, by column, alias and position': {
    sql: 'select a as k, sum(b) as n from raw.t where c > 0 group by k having max(s) > 1 order by 2, k',
    columns: { k: ['a IDENTITY'], n: ['b AGGREGATION'] },
    rows: ['c FILTER', 'a GROUP_BY', 's FILTER', 'b SORT', 'a SORT'],
  },
  'group by all': {
    sql: 'select a, b + 1 as z, count(*) as n from raw.t group by all',
    columns: { a: ['a IDENTITY'], z: ['b TRANSFORMATION'], n: [] },
    rows: ['a GROUP_BY', 'b GROUP_BY'],
  },
  'an aggregate with a filter and an order': {
    sql: 'select string_agg(a, b order by c) filter (where s) as z from raw.t',
    columns: { z: ['a AGGREGATION', 'b AGGREGATION', 's CONDITIONAL', 'c SORT'] },
  },
  'windows: the value goes in, partition and order decide': {
    sql: 'select sum(a) over (partition by b order by c) as z, lag(a) over (order by c) as l, rank() over (order by b) as r from raw.t',
    columns: {
      z: ['a AGGREGATION', 'b WINDOW', 'c WINDOW'],
      l: ['a TRANSFORMATION', 'c WINDOW'],
      r: ['b WINDOW'],
    },
  },
  qualify: {
    sql: 'select a from raw.t qualify row_number() over (partition by b order by c desc) = 1',
    columns: { a: ['a IDENTITY'] },
    rows: ['b FILTER', 'c FILTER'],
  },
  'a subquery in FROM: an aggregate stays one under what follows': {
    sql: 'select z + 1 as w from (select sum(a) as z from raw.t where b) q',
    columns: { w: ['a AGGREGATION'] },
    rows: ['b FILTER'],
  },
  'what decides inside a subquery goes on deciding': {
    sql: 'select z from (select case when a then 1 else b end as z from raw.t) q',
    columns: { z: ['b TRANSFORMATION', 'a CONDITIONAL'] },
  },
  'CTEs that read each other, one with names for its columns': {
    sql: 'with one as (select a, b from raw.t), two(p) as (select a + 1 from one where b) select p from two',
    columns: { p: ['a TRANSFORMATION'] },
    rows: ['b FILTER'],
  },
  'a CTE before a table of the same name': {
    sql: 'with t as (select b as a from raw.t) select a from t',
    columns: { a: ['b IDENTITY'] },
  },
  'a recursive CTE': {
    sql: 'with recursive r(n, m) as (select a, b from raw.t union all select m, c from r join raw.t on n = s) select n from r',
    columns: { n: ['a IDENTITY', 'b IDENTITY', 'c IDENTITY'] },
    rows: ['a JOIN', 's JOIN', 'b JOIN', 'c JOIN'],
  },
  'union all': {
    sql: 'select a as z from raw.t union all select x from raw.u',
    columns: { z: ['a IDENTITY', 'u.x IDENTITY'] },
  },
  'union without all leaves repeats out': {
    sql: 'select a from raw.t union select x from raw.u',
    columns: { a: ['a IDENTITY', 'u.x IDENTITY'] },
    rows: ['a GROUP_BY', 'u.x GROUP_BY'],
  },
  'union of three, sorted by a name of the first': {
    sql: 'select a from raw.t union all select b from raw.t union all select x + 1 from raw.u order by a',
    columns: { a: ['a IDENTITY', 'b IDENTITY', 'u.x TRANSFORMATION'] },
    rows: ['a SORT', 'b SORT', 'u.x SORT'],
  },
  except: {
    sql: 'select a from raw.t except select x from raw.u',
    columns: { a: ['a IDENTITY'] },
    rows: ['a FILTER', 'u.x FILTER'],
  },
  distinct: {
    sql: 'select distinct a, b from raw.t',
    columns: { a: ['a IDENTITY'], b: ['b IDENTITY'] },
    rows: ['a GROUP_BY', 'b GROUP_BY'],
  },
  'star, with exclude and replace': {
    sql: 'select * exclude (s) replace (b + c as b) from raw.t',
    columns: { a: ['a IDENTITY'], b: ['b TRANSFORMATION', 'c TRANSFORMATION'], c: ['c IDENTITY'] },
  },
  'the star of one of two': {
    sql: 'select u.* from raw.t, raw.u',
    columns: { a: ['u.a IDENTITY'], x: ['u.x IDENTITY'], y: ['u.y IDENTITY'] },
  },
  'star over USING': {
    sql: 'select * from raw.t join raw.u using (a)',
    columns: {
      a: ['a IDENTITY'],
      b: ['b IDENTITY'],
      c: ['c IDENTITY'],
      s: ['s IDENTITY'],
      x: ['u.x IDENTITY'],
      y: ['u.y IDENTITY'],
    },
    rows: ['a JOIN', 'u.a JOIN'],
  },
  'the column of USING in a full join': {
    sql: 'select a from raw.t full join raw.u using (a)',
    columns: { a: ['a TRANSFORMATION', 'u.a TRANSFORMATION'] },
    rows: ['a JOIN', 'u.a JOIN'],
  },
  'the column of USING in a right join': {
    sql: 'select a from raw.t right join raw.u using (a)',
    columns: { a: ['u.a IDENTITY'] },
    rows: ['a JOIN', 'u.a JOIN'],
  },
  'a natural join': {
    sql: 'select b, x from raw.t natural join raw.u',
    columns: { b: ['b IDENTITY'], x: ['u.x IDENTITY'] },
    rows: ['a JOIN', 'u.a JOIN'],
  },
  'a semi join hides its right side': {
    sql: 'select a from raw.t semi join raw.u using (a)',
    columns: { a: ['a IDENTITY'] },
    rows: ['a JOIN', 'u.a JOIN'],
  },
  'a scalar subquery that looks outwards': {
    sql: 'select (select max(x) from raw.u where u.a = t.b) as z from raw.t',
    columns: { z: ['u.x AGGREGATION', 'u.a FILTER', 'b FILTER'] },
  },
  'IN and EXISTS in a filter': {
    sql: 'select a from raw.t where b in (select x from raw.u) and exists (select 1 from raw.u where y = c)',
    columns: { a: ['a IDENTITY'] },
    rows: ['b FILTER', 'u.x FILTER', 'u.y FILTER', 'c FILTER'],
  },
  'a lateral subquery': {
    sql: 'select z from raw.t, lateral (select t.a + u.x as z from raw.u) l',
    columns: { z: ['a TRANSFORMATION', 'u.x TRANSFORMATION'] },
  },
  'a field of a struct': {
    sql: 'select s.x as z, t.s.x.y as w from raw.t',
    columns: { z: ['s TRANSFORMATION'], w: ['s TRANSFORMATION'] },
  },
  'a lambda, whose parameter is no column': {
    sql: 'select list_transform(a, lambda b: b + c) as z from raw.t',
    columns: { z: ['a TRANSFORMATION', 'c TRANSFORMATION'] },
  },
  'an unnested list': { sql: 'select v.e from raw.t, unnest(t.a) v(e)', columns: { e: ['a TRANSFORMATION'] } },
  values: { sql: 'select v.p from (values (1, 2), (3, 4)) v(o, p)', columns: { p: [] } },
}

describe('A statement is followed', () => {
  for (const [title, { sql, columns, rows = [] }] of Object.entries(CASES)) {
    it(`through ${title}`, async () => {
      const found = told(await follow({ sql, columns: Object.keys(columns), tables: TABLES }))
      assert.deepEqual(found, { columns, rows, unresolved: [] })
    })
  }

  it('with the SQL of each column that is more than a name', async () => {
    const { columns } = await follow({
      sql: "select a, a + 1 as z, 'it''s' || b as w, 123456789012345678901 * c as h from raw.t",
      columns: ['a', 'z', 'w', 'h'],
      tables: TABLES,
    })
    assert.deepEqual(
      columns.map((column) => column.expression),
      [undefined, '(a + 1)', "('it''s' || b)", '(123456789012345678901 * c)'],
    )
  })
})

describe('What cannot be followed is said, not guessed:', () => {
  const doubts: Record<string, { sql: string; columns: string[]; says: RegExp }> = {
    'a table that is not known': { sql: 'select a from other.t', columns: ['a'], says: /other\.t is not a table/ },
    'a star over one': { sql: 'select * from other.t', columns: ['a', 'b'], says: /other\.t is not a table/ },
    'a column that is not there': { sql: 'select q from raw.t', columns: ['q'], says: /q is not a column/ },
    'a name that two tables have': { sql: 'select a from raw.t, raw.u', columns: ['a'], says: /a could be either of 2/ },
    'COLUMNS(…)': { sql: "select columns('a|b') from raw.t", columns: ['a', 'b'], says: /COLUMNS/ },
    'a table function that reads elsewhere': { sql: "select q from read_csv('x.csv')", columns: ['q'], says: /read_csv/ },
    'a pivot': { sql: 'from (pivot raw.t on a using sum(b))', columns: ['x'], says: /./ },
    'union by name': {
      sql: 'select a from raw.t union by name select x from raw.u',
      columns: ['a', 'x'],
      says: /columns|BY NAME/,
    },
    'names that do not fit the table': { sql: 'select a from raw.t', columns: ['b'], says: /not those of the table/ },
    'what is not SQL': { sql: 'select from where', columns: ['a'], says: /syntax error/ },
    'two statements': { sql: 'select 1 as a; select 2 as a', columns: ['a'], says: /not one statement/ },
    'what is no SELECT': { sql: 'drop table raw.t', columns: ['a'], says: /SELECT/ },
  }
  for (const [title, { sql, columns, says }] of Object.entries(doubts)) {
    it(title, async () => {
      const lineage = await follow({ sql, columns, tables: TABLES })
      assert.deepEqual(
        lineage.columns.map((column) => column.name),
        columns,
      )
      for (const column of lineage.columns) {
        assert.match(column.unresolved.join(), says)
        assert.deepEqual(column.inputs, [])
      }
    })
  }
})

describe('The SQL files of the shipped pipeline', async () => {
  const pipeline = await loadPipeline(resolve(import.meta.dirname, '../../pipelines/chicago-crimes'))
  const tables = [
    ...tableSpecs(pipeline).map(({ name, schema }) => ({ name, columns: schema.fields.map((field) => field.name) })),
    { name: 'reference.crime_types', columns: ['primary_type', 'crime_type'] },
  ]

  it('have lineage written by hand, every one', () => {
    assert.deepEqual(Object.keys(SHIPPED).sort(), pipeline.tables.map((table) => table.name).sort())
  })

  for (const table of pipeline.tables) {
    it(`come from where a person reads them to come from: ${table.name}`, async () => {
      const sql = fillIn(table.sql, { batch_at: '$batch_at', processed_at: '$processed_at' })
      const lineage = await follow({ sql, columns: table.columns.map((column) => column.name), tables })
      const flat = (flows: readonly Flow[]): string[] =>
        flows.map(({ table: from, column, kind }) => `${from}.${column} ${kind}`).sort()
      assert.deepEqual(
        Object.fromEntries(lineage.columns.map(({ name, inputs }) => [name, flat(inputs)])),
        SHIPPED[table.name]!.columns,
      )
      assert.deepEqual(flat(lineage.rows), SHIPPED[table.name]!.rows)
      assert.deepEqual(told(lineage).unresolved, [])
    })
  }
})
