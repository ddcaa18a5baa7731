import type { LineageNode } from '../../src/lineage/graph.ts'
import type { LineageReport } from '../../src/platform/reading/lineage.ts'
import { REPORT } from './fake-report.ts'

const MAKER: LineageNode['made_by'] = {
  batch_at: REPORT.batch_at,
  run: REPORT.run,
  code_version: '0.1.0+abc',
  kind: 'full',
  step: 'land',
  query: 'select 1\n  as one',
  file: null,
}

/** A source, a table that takes two columns over and one that counts them. */
export const LINEAGE: LineageReport = {
  table: null,
  mermaid: 'flowchart LR\n  t0[("demo://chicago<br>crimes")]\n',
  graph: {
    batch_at: REPORT.batch_at,
    run: REPORT.run,
    code_version: '0.1.0+abc',
    tables: [
      lineageNode('demo://chicago/crimes', 'source', [], [['ID', []]]),
      lineageNode('raw.crimes', 'table', ['demo://chicago/crimes'], [['id', [['demo://chicago/crimes', 'ID', 'IDENTITY']]]]),
      lineageNode(
        'aggregates.by_type',
        'table',
        ['raw.crimes'],
        [
          ['first', [['raw.crimes', 'id', 'AGGREGATION']]],
          ['n', []],
        ],
      ),
    ],
  },
}

function lineageNode(
  name: string,
  kind: LineageNode['kind'],
  from: readonly string[],
  columns: readonly (readonly [string, readonly (readonly [table: string, column: string, kind: string])[]])[],
): LineageNode {
  return {
    name,
    kind,
    doc: `What ${name} is.`,
    dataset: { namespace: 'demo://chicago', name },
    version: '9007199254740993',
    rows: kind === 'table' ? 1234 : null,
    made_by: kind === 'table' ? MAKER : null,
    from: from.map((input) => ({ name: input, version: null })),
    columns: columns.map(([column, inputs]) => ({
      name: column,
      type: 'long',
      expression: inputs.length === 0 && kind === 'table' ? 'count(*)' : null,
      inputs: inputs.map(([table, of, how]) => ({ table, column: of, kinds: [how] })),
      unresolved: [],
    })),
    decided_by: [],
    unresolved: [],
  }
}
