import { relative } from 'node:path'
import { inspect, styleText } from 'node:util'
import type { TestEvent } from 'node:test/reporters'

type Data<Name extends TestEvent['type']> = Extract<TestEvent, { type: Name }>['data']
type Ended = Data<'test:pass'> | Data<'test:fail'>

/** A test that did not simply pass: where it stands, and why it failed or was left out. */
interface Case {
  title: string
  place: string
  file: string
  reason: string
}

interface Tally {
  passed: number
  failed: Case[]
  skipped: Case[]
  /** What each test file wrote, shown only if one of its tests fails. */
  output: Map<string, string[]>
  slow: { title: string; seconds: number }[]
}

type Counts = Record<'passed' | 'failed' | 'skipped', number>

const neverRun = 'It never ran: what should have come before it failed.'
const outputLinesMax = 80
const slowSeconds = 2

/**
 * Reports a run of node:test: a line per file while it runs, then what was skipped and why, then each failure.
 * Counts tests, not suites, and not tests that only hold others. The last line is `N passed, N failed`, with `, N skipped`
 * behind it where that is so; a test marked `todo` is one of the skipped.
 */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const tally: Tally = { passed: 0, failed: [], skipped: [], output: new Map(), slow: [] }
  const titles: string[] = []
  let before: Counts = { passed: 0, failed: 0, skipped: 0 }
  for await (const event of events) {
    if (event.type === 'test:start') titles.splice(event.data.nesting, titles.length, event.data.name)
    if (event.type === 'test:stdout' || event.type === 'test:stderr') keepOutput(tally, event.data)
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      const data: Ended = event.data
      if (isFile(data)) yield fileWithoutTests(tally, data)
      else count(tally, data, titles.slice(0, data.nesting + 1).join(' › '))
      markParents(data)
    }
    if (event.type === 'test:summary' && event.data.file !== undefined) {
      yield fileLine(event.data, before, tally)
      before = { passed: tally.passed, failed: tally.failed.length, skipped: tally.skipped.length }
    }
  }
  yield* ending(tally)
}

const parents = new Set<string>()

// A child's result arrives before its parent's, so a parent is known as one by the time it is counted.
function markParents(data: Ended): void {
  const { parentId, entryFile } = data as Ended & { parentId?: number; entryFile?: string }
  if (parentId) parents.add(`${entryFile ?? data.file}#${parentId}`)
}

function isParent(data: Ended): boolean {
  const { testId, entryFile } = data as Ended & { testId?: number; entryFile?: string }
  return data.details.type === 'suite' || parents.has(`${entryFile ?? data.file}#${testId}`)
}

// Only the whole of a test file comes without `entryFile`; it is reported as a test when it crashes or holds none.
function isFile(data: Ended): boolean {
  return (data as Ended & { entryFile?: string }).entryFile === undefined && /\.[cm]?[jt]s$/.test(data.name)
}

function count(tally: Tally, data: Ended, title: string): void {
  const where = { title, place: placeOf(data), file: fileOf(data) }
  const error = 'error' in data.details ? data.details.error : undefined
  const failure = (error as { failureType?: string } | undefined)?.failureType
  if (data.skip !== undefined) tally.skipped.push({ ...where, reason: reasonOf(data.skip, 'no reason given') })
  else if (data.todo !== undefined) tally.skipped.push({ ...where, reason: `to do: ${reasonOf(data.todo, 'unfinished')}` })
  else if (failure === 'cancelledByParent') tally.failed.push({ ...where, reason: neverRun })
  else if (error !== undefined && failure !== 'subtestsFailed') fail(tally, { ...where, reason: describe(error) })
  else if (!isParent(data)) tally.passed += 1
  const seconds = data.details.duration_ms / 1000
  if (!isParent(data) && seconds >= slowSeconds) tally.slow.push({ title, seconds })
}

// A hook that fails before the tests of its suite is the reason why they never ran, not one more test that failed.
function fail(tally: Tally, failed: Case): void {
  const victim = tally.failed.find(({ title, reason }) => reason === neverRun && title.startsWith(`${failed.title} › `))
  if (victim === undefined) tally.failed.push(failed)
  else victim.reason = failed.reason
}

function fileWithoutTests(tally: Tally, data: Ended): string {
  const file = fileOf(data)
  if (!('error' in data.details)) return `${styleText('yellow', '–')} ${file} holds no test\n`
  const reason = 'The file ended before its tests did; what it wrote follows.'
  tally.failed.push({ title: file, place: file, file, reason })
  return `${styleText('red', '✗')} ${file} broke off\n`
}

function fileLine(data: Data<'test:summary'>, before: Counts, tally: Tally): string {
  const passed = tally.passed - before.passed
  const failed = tally.failed.length - before.failed
  const skipped = tally.skipped.length - before.skipped
  const sign = failed > 0 ? styleText('red', '✗') : skipped > 0 ? styleText('yellow', '–') : styleText('green', '✓')
  const counts = [`${passed} passed`]
  if (failed > 0) counts.push(styleText('red', `${failed} failed`))
  if (skipped > 0) counts.push(styleText('yellow', `${skipped} skipped`))
  const took = styleText('dim', `${(data.duration_ms / 1000).toFixed(1)} s`)
  return `${sign} ${fileOf(data)}  ${counts.join(', ')}  ${took}\n`
}

function* ending(tally: Tally): Generator<string> {
  const slow = tally.slow.sort((a, b) => b.seconds - a.seconds).slice(0, 5)
  if (slow.length > 0) yield '\nSlowest\n'
  for (const { title, seconds } of slow) yield `  ${seconds.toFixed(1)} s  ${title}\n`
  const reasons = Map.groupBy(tally.skipped, ({ reason }) => reason)
  if (reasons.size > 0) yield `\n${styleText(['yellow', 'bold'], 'SKIPPED')}\n`
  for (const [reason, cases] of reasons) {
    yield `  ${styleText('yellow', reason)}\n${cases.map(({ title, file }) => `    ${title} (${file})\n`).join('')}`
  }
  if (tally.failed.length > 0) yield `\n${styleText(['red', 'bold'], 'FAILED')}\n`
  for (const { title, place, reason } of tally.failed) {
    yield `\n${styleText('red', '✗')} ${title}\n  ${place}\n${indent(reason)}\n`
  }
  for (const file of new Set(tally.failed.map((failure) => failure.file))) {
    const lines = tally.output.get(file) ?? []
    if (lines.length > 0) yield `\nWritten by ${file}\n${indent(lines.slice(-outputLinesMax).join('\n'))}\n`
  }
  const skipped = tally.skipped.length === 0 ? '' : `, ${tally.skipped.length} skipped`
  yield `\n${tally.passed} passed, ${tally.failed.length} failed${skipped}\n`
}

function keepOutput(tally: Tally, data: Data<'test:stdout'> | Data<'test:stderr'>): void {
  const file = fileOf(data)
  const lines = tally.output.get(file) ?? []
  lines.push(...data.message.replace(/\n$/, '').split('\n'))
  if (lines.length > 4 * outputLinesMax) lines.splice(0, lines.length - outputLinesMax)
  tally.output.set(file, lines)
}

// An assertion's message already shows what was expected and got; other errors are shown with all that they carry.
function describe(error: Error): string {
  const cause: unknown = error.cause ?? error
  const isAssertion = cause instanceof Error && (cause as { code?: unknown }).code === 'ERR_ASSERTION'
  const whole = typeof cause === 'string' ? cause : inspect(cause, { depth: 6 })
  const text = isAssertion ? (cause.stack ?? cause.message) : whole
  return text
    .split('\n')
    .filter((line) => !/^\s+at (.*\(?node:|async Promise\.all)/.test(line))
    .join('\n')
}

function fileOf({ entryFile, file }: { entryFile?: string; file?: string }): string {
  return relative(process.cwd(), entryFile ?? file ?? '')
}

function placeOf(data: Ended): string {
  return `${relative(process.cwd(), data.file ?? '')}:${data.line}:${data.column}`
}

function reasonOf(given: string | boolean, otherwise: string): string {
  return typeof given === 'string' && given !== '' ? given : otherwise
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '    ')
}
