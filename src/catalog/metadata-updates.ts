import { randomUUID } from 'node:crypto'
import { impossible } from '../errors.ts'
import type { TableMetadata } from '../lake/format/metadata.ts'
import { fieldsOf } from './foreign-schema.ts'
import { changed, draftOf, type MetadataDraft } from './metadata-draft.ts'
import { refused } from './refusal.ts'
import {
  addSchema,
  addSortOrder,
  addSpec,
  removeSchemas,
  removeSpecs,
  setCurrentSchema,
  setDefaultSortOrder,
  setDefaultSpec,
} from './schema-updates.ts'
import {
  addSnapshot,
  removeReference,
  removeSnapshots,
  setReference,
  setStatistics,
  withoutPassed,
} from './snapshot-updates.ts'
import type { SchemaText, TableUpdate } from './table-update.ts'

/** The format version of every table here: Athena reads no later one. */
const FORMAT_VERSION = 2

/** Properties that are fields of their own in the metadata (Java's Iceberg: reserved table properties). */
const RESERVED = [
  'uuid',
  'snapshot-count',
  'current-snapshot-id',
  'current-snapshot-summary',
  'current-snapshot-timestamp-ms',
  'current-schema',
  'default-partition-spec',
  'default-sort-order',
]

/**
 * Applies changes to a table's metadata, one after the other; `metadata` is undefined for a table that they make. Pure: the
 * result is not written anywhere, and its time and log are still those of before. Throws `commit_refused`.
 */
export function applyUpdates(
  metadata: TableMetadata | undefined,
  updates: readonly TableUpdate[],
  now: Date,
): TableMetadata {
  const draft = updates.reduce(apply, draftOf(metadata, now))
  const next = { ...draft.metadata, 'snapshot-log': withoutPassed(draft) }
  if (next['table-uuid'] === '') next['table-uuid'] = randomUUID()
  checkWhole(next)
  return next
}

function apply(draft: MetadataDraft, update: TableUpdate): MetadataDraft {
  switch (update.action) {
    case 'assign-uuid':
      return assignUuid(draft, update.uuid)
    case 'upgrade-format-version':
      return upgrade(draft, update['format-version'])
    case 'add-schema':
      return addSchema(draft, update)
    case 'set-current-schema':
      return setCurrentSchema(draft, update)
    case 'remove-schemas':
      return removeSchemas(draft, update)
    case 'add-spec':
      return addSpec(draft, update)
    case 'set-default-spec':
      return setDefaultSpec(draft, update)
    case 'remove-partition-specs':
      return removeSpecs(draft, update)
    case 'add-sort-order':
      return addSortOrder(draft, update)
    case 'set-default-sort-order':
      return setDefaultSortOrder(draft, update)
    case 'add-snapshot':
      return addSnapshot(draft, update)
    case 'set-snapshot-ref':
      return setReference(draft, update)
    case 'remove-snapshot-ref':
      return removeReference(draft, update)
    case 'remove-snapshots':
      return removeSnapshots(draft, update)
    case 'set-location':
      return changed(draft, { location: update.location.replace(/\/+$/, '') })
    case 'set-properties':
      return setProperties(draft, update.updates)
    case 'remove-properties':
      return removeProperties(draft, update.removals)
    case 'set-statistics':
      return setStatistics(draft, 'statistics', update.statistics['snapshot-id'], update.statistics)
    case 'remove-statistics':
      return setStatistics(draft, 'statistics', update['snapshot-id'])
    case 'set-partition-statistics':
      return setStatistics(
        draft,
        'partition-statistics',
        update['partition-statistics']['snapshot-id'],
        update['partition-statistics'],
      )
    case 'remove-partition-statistics':
      return setStatistics(draft, 'partition-statistics', update['snapshot-id'])
    default:
      throw impossible(`an update ${(update as { action: string }).action}`)
  }
}

/** A table's UUID is what tells it from another of the same name, so it is given once. */
function assignUuid(draft: MetadataDraft, uuid: string): MetadataDraft {
  const same = uuid.toLowerCase() === draft.metadata['table-uuid'].toLowerCase()
  if (draft.exists && !same) throw refused(`the table has the UUID ${draft.metadata['table-uuid']} already`)
  return same ? draft : changed(draft, { 'table-uuid': uuid })
}

function upgrade(draft: MetadataDraft, version: number): MetadataDraft {
  if (version === FORMAT_VERSION) return draft
  throw refused(`format version ${version} was asked for, and every table of this lake is of version ${FORMAT_VERSION}`)
}

function setProperties(draft: MetadataDraft, updates: Readonly<Record<string, string>>): MetadataDraft {
  const reserved = RESERVED.find((name) => Object.hasOwn(updates, name))
  if (reserved !== undefined) throw refused(`${reserved} is not a property that can be set`)
  const { 'format-version': version, ...properties } = updates
  if (version !== undefined) upgrade(draft, Number(version))
  return changed(draft, { properties: { ...draft.metadata.properties, ...properties } })
}

function removeProperties(draft: MetadataDraft, removals: readonly string[]): MetadataDraft {
  const gone = new Set(removals)
  const kept = Object.entries(draft.metadata.properties).filter(([name]) => !gone.has(name))
  return changed(draft, { properties: Object.fromEntries(kept) })
}

/** What the changes make together must be a table, whatever their order was. */
function checkWhole(metadata: TableMetadata): void {
  const schema = metadata.schemas.find((one) => one['schema-id'] === metadata['current-schema-id'])
  if (!schema) throw refused('the table would have no current schema')
  const spec = metadata['partition-specs'].find((one) => one['spec-id'] === metadata['default-spec-id'])
  if (!spec) throw refused('the table would have no default partition spec')
  const order = metadata['sort-orders'].find((one) => one['order-id'] === metadata['default-sort-order-id'])
  if (!order) throw refused('the table would have no default sort order')
  if (metadata.location === '') throw refused('the table would have no location')
  const columns = new Set(fieldsOf(schema as unknown as SchemaText).map((field) => field.id))
  const missing = spec.fields.find((field) => field.transform !== 'void' && !columns.has(field['source-id']))
  if (missing) throw refused(`the table would be partitioned by ${missing.name}, whose column its current schema lacks`)
}
