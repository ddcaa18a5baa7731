import { isDirect } from './sql/origin.ts'
import type { LineageGraph, LineageInput, LineageNode } from './graph.ts'

/** The tables of a graph as a Mermaid flowchart, as GitHub draws it: one box a table, one arrow for what each reads. */
export function tableChart(graph: LineageGraph): string {
  const ids = new Map(graph.tables.map((node, i) => [node.name, `t${i}`]))
  const boxes = graph.tables.map((node) => `  ${ids.get(node.name)}${box(node)}`)
  const arrows = graph.tables.flatMap((node) =>
    node.from.flatMap((input) => {
      const from = ids.get(input.name)
      // A version of itself: the version in the box tells it.
      if (from === undefined || input.name === node.name) return []
      return [`  ${from} -->${node.made_by?.step ? `|${node.made_by.step}|` : ''} ${ids.get(node.name)}`]
    }),
  )
  return ['flowchart LR', ...boxes, ...arrows, ''].join('\n')
}

/** The columns that lead to one table: values as arrows, columns that only decide as dotted ones. */
export function columnChart(graph: LineageGraph): string {
  const used = new Set<string>()
  const key = (table: string, column: string): string => JSON.stringify([table, column])
  for (const node of graph.tables) {
    for (const column of node.columns) column.inputs.forEach((input) => used.add(key(input.table, input.column)))
    node.decided_by.forEach((input) => used.add(key(input.table, input.column)))
  }
  const ids = new Map<string, string>()
  const groups = graph.tables.flatMap((node, i) => {
    const shown = node.columns.filter((column) => node === graph.tables.at(-1) || used.has(key(node.name, column.name)))
    shown.forEach((column, j) => ids.set(key(node.name, column.name), `t${i}c${j}`))
    return [
      `  subgraph t${i}["${text(node.name)}"]`,
      ...shown.map((column, j) => `    t${i}c${j}["${text(column.name)}"]`),
      '  end',
    ]
  })
  const arrow = (input: LineageInput, to: string, many: boolean): string[] => {
    const from = ids.get(key(input.table, input.column))
    if (from === undefined || from === to) return []
    const direct = input.kinds.filter((kind) => isDirect(kind as never))
    const labelled = (kinds: readonly string[]): string => `|${kinds.join(', ').toLowerCase().replaceAll('_', ' ')}|`
    if (direct.length > 0 && !many) return [`  ${from} -->${direct[0] === 'IDENTITY' ? '' : labelled(direct)} ${to}`]
    return [`  ${from} -.->${labelled(input.kinds)} ${to}`]
  }
  const arrows = graph.tables.flatMap((node, i) => [
    ...node.columns.flatMap((column) => {
      const to = ids.get(key(node.name, column.name))
      return to === undefined ? [] : column.inputs.flatMap((input) => arrow(input, to, false))
    }),
    ...node.decided_by.filter((input) => input.table !== node.name).flatMap((input) => arrow(input, `t${i}`, true)),
  ])
  return ['flowchart LR', ...groups, ...arrows, ''].join('\n')
}

function box(node: LineageNode): string {
  const rows = node.rows === null ? [] : [`${node.rows.toLocaleString('en-US')} rows`]
  if (node.kind === 'table')
    return `["${[node.name, ...rows, `snapshot ${node.version ?? 'unknown'}`].map(text).join('<br>')}"]`
  const where = node.kind === 'source' && node.dataset ? [node.dataset.namespace, node.dataset.name] : [node.name]
  return `[("${where.map(text).join('<br>')}")]`
}

/** Quotes and what Mermaid would take for markup, as its entity codes. */
function text(given: string): string {
  return given.replaceAll(/["#<>&`]/g, (sign) => `#${sign.codePointAt(0)};`)
}
