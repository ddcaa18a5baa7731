import { BlotterError } from '../errors.ts'
import type { TableMetadata } from '../lake/format/metadata.ts'
import { noTable } from './refusal.ts'
import type { TableRequirement } from './table-update.ts'

/**
 * Holds what a commit takes for granted against the table as it is; undefined where there is none. Throws
 * `commit_conflict` naming what is otherwise, `table_missing` for a table that is taken to exist.
 */
export function checkRequirements(
  table: string,
  metadata: TableMetadata | undefined,
  requirements: readonly TableRequirement[],
): void {
  const creates = requirements.some((requirement) => requirement.type === 'assert-create')
  if (!metadata && !creates) throw noTable(table)
  for (const requirement of requirements) {
    const what = metadata ? unmet(metadata, requirement) : unmetByNothing(requirement)
    if (what !== undefined) throw failed(table, what)
  }
}

function unmetByNothing(requirement: TableRequirement): string | undefined {
  if (requirement.type === 'assert-create') return undefined
  if (requirement.type === 'assert-ref-snapshot-id' && (requirement['snapshot-id'] ?? null) === null) return undefined
  return 'the table does not exist'
}

function unmet(metadata: TableMetadata, requirement: TableRequirement): string | undefined {
  switch (requirement.type) {
    case 'assert-create':
      return 'table already exists'
    case 'assert-table-uuid': {
      const [expected, found] = [requirement.uuid.toLowerCase(), metadata['table-uuid'].toLowerCase()]
      return expected === found ? undefined : `UUID does not match: expected ${expected}, found ${found}`
    }
    case 'assert-ref-snapshot-id':
      return unmetReference(metadata, requirement)
    case 'assert-last-assigned-field-id':
      return differs('last assigned field id', requirement['last-assigned-field-id'], metadata['last-column-id'])
    case 'assert-current-schema-id':
      return differs('current schema', requirement['current-schema-id'], metadata['current-schema-id'])
    case 'assert-last-assigned-partition-id':
      return differs('last assigned partition id', requirement['last-assigned-partition-id'], metadata['last-partition-id'])
    case 'assert-default-spec-id':
      return differs('default partition spec', requirement['default-spec-id'], metadata['default-spec-id'])
    case 'assert-default-sort-order-id':
      return differs('default sort order', requirement['default-sort-order-id'], metadata['default-sort-order-id'])
  }
}

function unmetReference(
  { refs }: TableMetadata,
  { ref, 'snapshot-id': wanted }: Extract<TableRequirement, { type: 'assert-ref-snapshot-id' }>,
): string | undefined {
  const found = Object.hasOwn(refs, ref) ? refs[ref] : undefined
  const expected = wanted ?? null
  if (!found) return expected === null ? undefined : `branch or tag ${ref} is missing, expected ${expected}`
  if (expected === null) return `${found.type} ${ref} was created concurrently`
  return found['snapshot-id'] === expected
    ? undefined
    : `${found.type} ${ref} has changed: expected id ${expected} != ${found['snapshot-id']}`
}

function differs(what: string, expected: number, found: number): string | undefined {
  return expected === found ? undefined : `${what} changed: expected id ${expected} != ${found}`
}

function failed(table: string, what: string): BlotterError {
  return new BlotterError('commit_conflict', `Requirement failed: ${what}. Nothing was applied to ${table}.`, {
    todo: 'Load the table again, and commit upon what it is now.',
    context: { table },
  })
}
