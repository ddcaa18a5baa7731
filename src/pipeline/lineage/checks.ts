import type { Check } from '../../lineage/run-facts.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import type { CheckedRows } from '../../quality/check.ts'
import type { HeldRecord } from '../../state/run-rows.ts'
import type { Guards } from '../batch/context.ts'
import type { LandOutput } from '../steps/land.ts'

/** What rows are held to, whatever the pipeline: rows that break a rule go to quarantine. */
const RULES: Readonly<Record<string, { assertion: string; says: string }>> = {
  key_missing: { assertion: 'not_null', says: 'Every row has a key.' },
  duplicate_key: { assertion: 'unique', says: 'No two rows of one key and cursor contradict each other.' },
  bad_type: { assertion: 'type', says: 'Every value can be read as the type of its column.' },
  bad_date: { assertion: 'type', says: 'Every date is one that there is.' },
  few_fields: { assertion: 'fields', says: 'Every row has a value for every column.' },
}

/** The rules and warnings that the rows of a source were held to, and how many rows broke each. */
export function rowChecks(pipeline: Pipeline, checked: CheckedRows): Check[] {
  const { source, raw } = pipeline
  const broken = { ...Object.fromEntries(Object.keys(RULES).map((rule) => [rule, 0])), ...checked.quarantine.byRule }
  const rules = Object.entries(broken).map(([name, rows]): Check => ({
    assertion: RULES[name]?.assertion ?? 'custom',
    name,
    description: RULES[name]?.says ?? 'Rows that break this rule go to quarantine.',
    ...(name === 'key_missing' || name === 'duplicate_key' ? { column: source.key } : {}),
    severity: 'warn',
    success: rows === 0,
    expected: '0',
    actual: String(rows),
  }))
  const warnings = Object.keys(raw.warnings).map((name): Check => {
    const rows = checked.warnings[name] ?? 0
    const description = 'Rows that this is true of are landed and counted.'
    return {
      assertion: 'custom_sql',
      name,
      description,
      severity: 'warn',
      success: rows === 0,
      expected: '0',
      actual: String(rows),
    }
  })
  return [...rules, ...warnings]
}

/** The guards, with the numbers that they looked at; a run that is there in spite of one was released by a person. */
export function guardChecks(
  guards: Guards,
  counts: { read: number; swept: number; keyless: number },
  land?: LandOutput,
): Check[] {
  const { read, swept, keyless } = counts
  const vanished = land?.counts['vanished'] ?? 0
  return [
    guard('source_empty', 'row_count', 'The source has rows.', {
      success: read + swept > 0,
      expected: '> 0',
      actual: String(read + swept),
    }),
    guard('keyless', 'not_null', 'Few rows have no key.', share(keyless, read, guards.keylessMax)),
    ...(land
      ? [
          guard(
            'vanished',
            'row_count',
            'Few incidents are gone from the source.',
            share(vanished, land.before, guards.vanishedMax),
          ),
        ]
      : []),
  ]
}

/** The guard that holds a run, in its own words. */
export function heldCheck({ guard: name, message }: HeldRecord): Check {
  return guard(name, 'guard', message, {
    success: false,
    expected: 'the limits of the configuration, or a release',
    actual: message,
  })
}

type Outcome = Pick<Check, 'success' | 'expected' | 'actual'>

function guard(name: string, assertion: string, description: string, outcome: Outcome): Check {
  return { assertion, name, description, severity: 'error', ...outcome }
}

function share(part: number, whole: number, limit: number): Outcome {
  return { success: part <= limit * whole, expected: `<= ${limit} of ${whole}`, actual: String(part) }
}
