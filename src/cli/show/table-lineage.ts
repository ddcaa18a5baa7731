import type { LineageColumn, LineageGraph, LineageInput, LineageNode } from '../../lineage/graph.ts'
import { isDirect } from '../../lineage/sql/origin.ts'
import { displayWidth, padTo, printable } from '../../query/format/width.ts'
import type { Output, Styles } from '../terminal.ts'
import { wrapped } from './columns.ts'
import { count, words } from './figures.ts'

/** One table: its version and maker, each column down to the source, and what it was made from with the queries. */
export function tableLineageText(graph: LineageGraph, table: string, { styles, columns }: Output): string {
  const node = graph.tables.find((one) => one.name === table)!
  const width = Math.min(columns ?? 120, 140)
  const lines = [
    `${styles.strong(table)} as of ${graph.batch_at}`,
    ...(node.doc ? wrapped(node.doc, width) : []),
    '',
    ...facts(node, styles, width),
    ...node.unresolved.flatMap((why) => wrapped(why, width, '  ').map(styles.warn)),
  ]
  if (node.columns.length > 0)
    lines.push('', styles.dim('columns, each down to the source'), ...columnTree(graph, node, styles, width))
  if (node.made_by?.query) lines.push('', styles.dim('by the query'), ...verbatim(node.made_by.query, '  '))
  const others = graph.tables.filter((one) => one !== node).toReversed()
  if (others.length > 0) lines.push('', styles.dim('made from'))
  for (const other of others) {
    lines.push(`  ${styles.strong(other.name)}`, ...facts(other, styles, width, '    '))
    if (other.made_by?.query) lines.push(`    ${styles.dim('query')}`, ...verbatim(other.made_by.query, '      '))
  }
  return `${lines.join('\n')}\n`
}

function facts(node: LineageNode, styles: Styles, width: number, indent = '  '): string[] {
  const maker = node.made_by
  const rows = node.rows === null ? '' : ` · ${count(node.rows)} rows`
  const from = node.from.map((input) => (input.version ? `${input.name} (${input.version})` : input.name))
  const told: [string, string][] = [
    [node.kind === 'table' ? 'snapshot' : 'version', node.version === null ? '' : `${node.version}${rows}`],
    [
      'made by',
      maker ? `batch ${maker.batch_at}${maker.kind ? ` (${maker.kind})` : ''} · run ${maker.run ?? 'unknown'}` : '',
    ],
    [
      'code',
      maker
        ? [maker.code_version ?? 'unknown', maker.step && `step ${maker.step}`, maker.file].filter(Boolean).join(' · ')
        : '',
    ],
    ['from', from.join(', ')],
    ['rows by', node.decided_by.map((input) => `${shortName(input, node.from[0]?.name)} (${kinds(input)})`).join(', ')],
  ]
  return told.flatMap(([name, value]) => {
    if (value === '') return []
    const margin = indent.length + 10
    const [first = '', ...rest] = wrapped(value, width, ' '.repeat(margin))
    return [`${indent}${styles.dim(padTo(name, 10, 'left'))}${first.slice(margin)}`, ...rest]
  })
}

/** SQL as it was written: its own line breaks say more than ours. */
function verbatim(query: string, indent: string): string[] {
  return query.split('\n').map((line) => `${indent}${printable(line)}`)
}

function columnTree(graph: LineageGraph, node: LineageNode, styles: Styles, width: number): string[] {
  const room = Math.max(...node.columns.map((column) => displayWidth(column.name)))
  const margin = ' '.repeat(room + 4)
  return node.columns.flatMap((column) => {
    const name = `  ${styles.strong(padTo(column.name, room, 'left'))}  `
    const direct = column.inputs.filter(isValue)
    const deciding = column.inputs.filter(
      (input) => !direct.includes(input) || input.kinds.some((kind) => !isDirect(kind as never)),
    )
    const chains = direct.map((input) => chain(graph, input, [node.name]))
    const doubts = column.unresolved.map((why) => styles.warn(`not followed: ${why}`))
    const deciders = deciding.map((input) => shortName(input, node.from[0]?.name))
    const told = deciders.length > 0 ? [`decided by ${deciders.join(', ')}`] : []
    const [only] = chains
    if (chains.length === 1 && told.length === 0 && doubts.length === 0 && column.expression === null)
      return [`${name}${only}`]
    const branches = [...chains, ...told, ...doubts]
    const head = summary(column, width - margin.length)
    return [
      `${name}${styles.dim(head)}`.trimEnd(),
      ...branches.map((text, i) => `${margin}${i === branches.length - 1 ? '└─' : '├─'} ${text}`),
    ]
  })
}

/** `raw.crimes.iucr ← crimes.IUCR (leading zeros put back)`, as far as one column follows another. */
function chain(graph: LineageGraph, input: LineageInput, seen: readonly string[]): string {
  const own = `${input.table}.${input.column}`
  const column = graph.tables.find((node) => node.name === input.table)?.columns.find((one) => one.name === input.column)
  const next = seen.includes(input.table) ? [] : (column?.inputs ?? []).filter(isValue)
  const how = column?.expression && next.length > 0 ? ` (${column.expression})` : ''
  if (next.length === 0) return own
  const rest = next.map((one) => chain(graph, one, [...seen, input.table]))
  return `${own} ← ${rest.length === 1 ? rest[0] : `[${rest.join(' + ')}]`}${how}`
}

function summary({ expression, inputs }: LineageColumn, width: number): string {
  const text = expression?.replaceAll(/\s+/g, ' ') ?? (inputs.length > 1 ? 'any of these' : '')
  return text.length > width ? `${text.slice(0, Math.max(20, width - 2))} …` : text
}

function isValue(input: LineageInput): boolean {
  return input.kinds.some((kind) => isDirect(kind as never))
}

function kinds(input: LineageInput): string {
  return input.kinds.map((kind) => words(kind.toLowerCase())).join(', ')
}

function shortName({ table, column }: LineageInput, main: string | undefined): string {
  return table === main ? column : `${table}.${column}`
}
