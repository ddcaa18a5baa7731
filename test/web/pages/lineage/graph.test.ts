import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  columnId,
  type Graph,
  type LineageTable,
  pathOf,
  splitColumn,
  usesOf,
} from '../../../../web/src/pages/lineage/graph.ts'
import { layout, NODE_WIDTH } from '../../../../web/src/pages/lineage/layout.ts'

/** A table of one column `c` that is made of those of others. */
function table(name: string, of: readonly string[], kind: LineageTable['kind'] = 'table'): LineageTable {
  const inputs = of.map((one) => ({ table: one, column: 'c', kinds: ['IDENTITY'] }))
  return {
    name,
    kind,
    doc: '',
    version: null,
    rows: null,
    made_by: null,
    from: of.map((one) => ({ name: one, version: null })),
    columns: [{ name: 'c', type: 'string', expression: null, inputs, unresolved: [] }],
    decided_by: [],
    unresolved: [],
  }
}

const graphOf = (...tables: LineageTable[]): Graph => ({ batch_at: '2026-11-23T06:00:00Z', tables })

test('a column’s path is all that it comes from and all that comes from it, and no cousin', () => {
  const graph = graphOf(
    table('source', [], 'source'),
    table('raw', ['source', 'raw']),
    table('left', ['raw']),
    table('right', ['raw']),
    table('sum', ['left']),
  )
  const { columns, links } = pathOf(graph, 'left.c')
  assert.deepEqual([...columns].sort(), ['left.c', 'raw.c', 'source.c', 'sum.c'])
  assert.deepEqual(links, [
    { from: 'source.c', to: 'raw.c' },
    { from: 'raw.c', to: 'left.c' },
    { from: 'left.c', to: 'sum.c' },
  ])
  assert.deepEqual(usesOf(graph, 'raw.c'), ['left.c', 'right.c'])
  assert.deepEqual([...pathOf(graph, 'nothing.c').columns], ['nothing.c'])
})

test('a column’s name is told from its table’s, which may hold points itself', () => {
  for (const name of ['raw.crimes', 'mysql://db.example.org:3306/chicago.crimes', 'file:/data/crimes.2026.csv'])
    assert.deepEqual(splitColumn(columnId(name, 'arrest')), { table: name, column: 'arrest' })
})

test('every table stands right of all that it is made of, none covers another, and unfolding moves none aside', () => {
  // Tables that are made of any of those before them.
  const graphs = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 }).map((given) =>
    graphOf(
      ...given.map((parents, n) => {
        const of = n === 0 ? [] : [...new Set(parents.map((one) => `t${one % n}`))]
        return table(`t${n}`, of, of.length === 0 ? 'source' : 'table')
      }),
    ),
  )
  fc.assert(
    fc.property(graphs, fc.nat({ max: 30 }), fc.boolean(), (graph, shown, isNarrow) => {
      const places = layout(graph, () => shown, isNarrow)
      const folded = layout(graph, () => 0, isNarrow)
      assert.equal(places.size, graph.tables.length)
      for (const { name, from } of graph.tables) {
        const place = places.get(name)!
        assert.equal(place.x, folded.get(name)!.x)
        for (const parent of from) {
          const other = places.get(parent.name)!
          assert.ok(isNarrow ? other.y + other.height <= place.y : other.x + NODE_WIDTH <= place.x, `${parent.name} ${name}`)
        }
        for (const [one, other] of places) {
          const isApart = other.y + other.height <= place.y || place.y + place.height <= other.y
          assert.ok(one === name || other.x !== place.x || isApart, `${one} covers ${name}`)
        }
      }
    }),
  )
})
