import type { BatchOutcome } from '../../pipeline/batch/batch-maker.ts'
import type { Output } from '../terminal.ts'
import { columnLines, wrapped } from './columns.ts'
import { count, countsByName, duration, words } from './figures.ts'

/** What a run did, on one screen: rows, repairs, warnings, changes, tables, steps, and what to do next. */
export function runReportText(report: BatchOutcome, { styles }: Output): string {
  if (report.already_committed) {
    return `Batch ${styles.strong(report.batch_at)} was committed already by run ${report.run}; nothing was changed.\n`
  }
  const lines = [headline(report, styles), '']
  const { rows } = report
  lines.push(fact('read', rows.read, landed(report)))
  if (rows.swept > 0) lines.push(fact('compared', rows.swept, 'keys with those of the batch before'))
  addFact(lines, 'repaired', report.repairs)
  addFact(lines, 'warned', report.warnings)
  addChanges(lines, report)
  if (report.tables.length > 0) {
    const shown = report.tables.map((table) => [table.name, count(table.rows)])
    lines.push(
      '',
      ...columnLines([{ title: 'table' }, { title: 'rows', side: 'right' }], shown, { dim: styles.dim, indent: '  ' }),
    )
  }
  lines.push('', styles.dim(`  ${stepLine(report)}`), '', ...next(report, styles.accent))
  return `${lines.join('\n')}\n`
}

function headline(report: BatchOutcome, styles: Output['styles']): string {
  const seconds = report.steps.reduce((sum, step) => sum + step.seconds, 0)
  const name = styles.strong(report.batch_at)
  if (report.state === 'succeeded')
    return `${styles.ok('✓')} Batch ${name} is committed (${report.kind}, ${duration(seconds)}).`
  if (report.state === 'held') {
    const why = report.held?.message ?? 'a guard asks for a decision.'
    return `${styles.warn('‖')} Batch ${name} is ${styles.warn('held')}: ${why}`
  }
  return `${styles.bad('✗')} Batch ${name} is not committed: the run is ${report.state}. The lake is as it was before.`
}

const NAME = 9
const FIGURE = 12
/** Where the text beside a figure begins. */
const INDENT = 2 + NAME + 1 + FIGURE + 3

function fact(name: string, figure: number, text: string): string {
  return `  ${name.padEnd(NAME)} ${count(figure).padStart(FIGURE)}   ${text}`.trimEnd()
}

function landed({ rows }: BatchOutcome): string {
  return `landed ${count(rows.landed)} · unchanged ${count(rows.unchanged)} · quarantined ${count(rows.quarantined)}`
}

function addFact(lines: string[], name: string, counts: Record<string, number>): void {
  const sum = Object.values(counts).reduce((total, n) => total + n, 0)
  if (sum > 0) lines.push(fact(name, sum, countsByName(counts)))
}

function addChanges(lines: string[], { changes }: BatchOutcome): void {
  const kinds = countsByName(changes, words)
  const [first, ...rest] = wrapped(kinds === '' ? 'nothing' : kinds, 100 - INDENT, '')
  lines.push(
    `  ${'changed'.padEnd(NAME)} ${' '.repeat(FIGURE)}   ${first}`,
    ...rest.map((line) => ' '.repeat(INDENT) + line),
  )
}

function stepLine(report: BatchOutcome): string {
  return report.steps
    .map((step) => {
      if (step.state !== 'succeeded') return `${step.name} ${step.state}`
      return `${step.name} ${duration(step.seconds)}${step.attempts > 1 ? ` (${step.attempts} attempts)` : ''}`
    })
    .join(' · ')
}

const DECIDE = '`blotter runs release` carries it to its end, `blotter runs terminate` drops it.'

function next(report: BatchOutcome, accent: (text: string) => string): string[] {
  if (report.state === 'held') return [`${accent('→')} ${report.held?.todo ?? DECIDE}`]
  if (report.state !== 'succeeded') return [`${accent('→')} blotter runs show ${report.run}`]
  const table = report.tables.find(({ name }) => name.startsWith('aggregates.')) ?? report.tables[0]
  const tips = table ? [`${accent('→')} blotter query "from ${table.name} limit 5"`] : []
  if (report.kind !== 'full') tips.push(`${accent('→')} blotter diff latest~1 latest`)
  if (report.kind === 'restore') tips.push(`${accent('→')} blotter restore --lift   lets later batches change it again`)
  if (report.rows.quarantined > 0) tips.push(`${accent('→')} blotter quarantine list`)
  return tips
}
