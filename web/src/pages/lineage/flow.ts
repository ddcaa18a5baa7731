import type { Edge, Node } from '@xyflow/react'
import { columnId, type Graph, type LineageColumn, type LineageTable, parentsOf, pathOf, splitColumn } from './graph.ts'
import { layout, NODE_WIDTH } from './layout.ts'

export interface TableNodeData extends Record<string, unknown> {
  table: LineageTable
  /** Columns that are shown: all where it is unfolded, else those on the path of the chosen one. */
  columns: readonly LineageColumn[]
  isOpen: boolean
  isChosen: boolean
  /** On the path, off it, or neither where there is none. */
  light: 'lit' | 'faded' | undefined
  litColumns: ReadonlySet<string>
  chosenColumn: string | undefined
  /** All cards stand below each other, and are joined at their left. */
  isNarrow: boolean
}

export type TableNode = Node<TableNodeData, 'table'>

export interface Choice {
  open: readonly string[]
  table: string | undefined
  /** Chosen by a click. */
  column: string | undefined
  /** Under the pointer, or focused. */
  hovered: string | undefined
  isNarrow: boolean
}

const TABLE_HANDLE = 'table'

/** Nodes and edges of the graph as it is looked at. */
export function flowOf(graph: Graph, choice: Choice): { nodes: TableNode[]; edges: Edge[] } {
  const followed = choice.hovered ?? choice.column
  const path = followed === undefined ? undefined : pathOf(graph, followed)
  // What is only hovered moves nothing: cards grow for what is chosen.
  const kept = choice.column === undefined ? undefined : pathOf(graph, choice.column).columns
  const shownOf = (table: LineageTable): readonly LineageColumn[] =>
    choice.open.includes(table.name)
      ? table.columns
      : table.columns.filter((column) => kept?.has(columnId(table.name, column.name)))
  const shown = new Map(graph.tables.map((table) => [table.name, shownOf(table)]))
  const places = layout(graph, (table) => shown.get(table.name)!.length, choice.isNarrow)
  const litTables = new Set([...(path?.columns ?? [])].map((column) => splitColumn(column).table))
  const nodes = graph.tables.map((table): TableNode => {
    const { x, y, height } = places.get(table.name)!
    return {
      id: table.name,
      type: 'table',
      position: { x, y },
      width: NODE_WIDTH,
      height,
      data: {
        table,
        columns: shown.get(table.name)!,
        isOpen: choice.open.includes(table.name),
        isChosen: choice.table === table.name,
        light: path && (litTables.has(table.name) ? 'lit' : 'faded'),
        litColumns: path?.columns ?? new Set(),
        chosenColumn: choice.column,
        isNarrow: choice.isNarrow,
      },
    }
  })
  const handleOf = (id: string): { table: string; handle: string } => {
    const { table, column } = splitColumn(id)
    const isShown = shown.get(table)?.some((one) => one.name === column) ?? false
    return { table, handle: isShown ? column : TABLE_HANDLE }
  }
  const lit = (path?.links ?? []).map(({ from, to }): Edge => {
    const [source, target] = [handleOf(from), handleOf(to)]
    return {
      id: `${source.table} ${source.handle} > ${target.table} ${target.handle}`,
      source: source.table,
      target: target.table,
      sourceHandle: source.handle,
      targetHandle: target.handle,
      className: 'lineage-edge lineage-edge-lit',
      zIndex: 1,
    }
  })
  const edges = [...tableEdges(graph, path !== undefined), ...new Map(lit.map((edge) => [edge.id, edge])).values()]
  return { nodes, edges: choice.isNarrow ? edges.map((edge) => ({ ...edge, type: 'arc' })) : edges }
}

function tableEdges(graph: Graph, isFaded: boolean): Edge[] {
  const names = new Set(graph.tables.map((table) => table.name))
  return graph.tables.flatMap((table) =>
    parentsOf(table)
      .filter((parent) => names.has(parent))
      .map((parent) => ({
        id: `${parent} > ${table.name}`,
        source: parent,
        target: table.name,
        sourceHandle: TABLE_HANDLE,
        targetHandle: TABLE_HANDLE,
        className: isFaded ? 'lineage-edge lineage-edge-faded' : 'lineage-edge',
      })),
  )
}
