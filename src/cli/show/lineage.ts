import type { LineageGraph, LineageNode } from '../../lineage/graph.ts'
import { padTo } from '../../query/format/width.ts'
import type { Output } from '../terminal.ts'
import { columnLines } from './columns.ts'
import { count } from './figures.ts'

interface Line {
  tree: string
  node: LineageNode
}

/** All tables of a batch as trees that grow from their sources; each table stands once, under what it mainly comes from. */
export function lakeLineageText(graph: LineageGraph, { styles, columns }: Output): string {
  const lines = roots(graph).flatMap((node) => grow(graph, node, '', ''))
  const right = 'right' as const
  const facts = lines.map(({ tree, node }) => [
    tree,
    node.rows === null ? '' : count(node.rows),
    node.kind === 'table' ? (node.version ?? '') : '',
    madeBy(node, graph),
    beside(graph, node),
  ])
  const table = columnLines(
    [
      {
        title: 'from the source on',
        style: (text, row) => (lines[row]!.node.kind === 'table' ? styles.strong(text) : styles.accent(text)),
      },
      { title: 'rows', side: right },
      { title: 'snapshot', side: right },
      { title: 'made by' },
      { title: '' },
    ],
    facts,
    { width: columns, dim: styles.dim },
  )
  const untold = graph.tables.some((node) => node.unresolved.length > 0)
  return `${[
    `${styles.strong('Lineage')} as of ${graph.batch_at}`,
    styles.dim(`run ${graph.run ?? 'unknown'} · code ${graph.code_version ?? 'unknown'}`),
    '',
    ...table,
    ...(untold ? ['', styles.warn('Not all of it is known: `--json` has what could not be followed.')] : []),
    '',
    `${styles.accent('→')} blotter lineage ${example(graph)}`,
  ].join('\n')}\n`
}

/** What a table hangs under: the source or the table of the lake that it reads first. */
export function parentOf(graph: LineageGraph, node: LineageNode): LineageNode | undefined {
  const inputs = node.from.flatMap((input) => graph.tables.find((one) => one.name === input.name && one !== node) ?? [])
  return inputs.find((input) => input.kind !== 'reference') ?? inputs[0]
}

function roots(graph: LineageGraph): LineageNode[] {
  return graph.tables.filter((node) => node.kind === 'source' || (node.kind === 'table' && !parentOf(graph, node)))
}

function grow(graph: LineageGraph, node: LineageNode, first: string, rest: string): Line[] {
  const children = graph.tables.filter((one) => one.kind === 'table' && parentOf(graph, one) === node)
  return [
    { tree: first + node.name, node },
    ...children.flatMap((child, i) => {
      const last = i === children.length - 1
      return grow(graph, child, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`)
    }),
  ]
}

function madeBy(node: LineageNode, graph: LineageGraph): string {
  if (!node.made_by) return node.version ?? ''
  const { step, batch_at: at } = node.made_by
  const batch = at === graph.batch_at ? 'this batch' : at
  return step === null ? batch : `${padTo(step, 9, 'left')}  ${batch}`
}

function beside(graph: LineageGraph, node: LineageNode): string {
  const main = parentOf(graph, node)?.name
  const others = node.from.map((input) => input.name).filter((name) => name !== main && name !== node.name)
  return others.length > 0 ? `with ${[...new Set(others)].join(', ')}` : ''
}

function example(graph: LineageGraph): string {
  const tables = graph.tables.filter((node) => node.kind === 'table' && node.made_by?.query)
  return (tables.find((node) => node.made_by?.step === 'transform') ?? tables[0])?.name ?? 'TABLE'
}
