import type { RawDefinition, SourceDefinition } from '../model/pipeline.ts'
import { type Column, type Schema, schemaOf } from '../model/schema.ts'
import { kindNames } from '../model/kinds.ts'

export const CHANGES_TABLE = 'history.changes'
export const BATCHES_TABLE = 'history.batches'

/** `history.changes`: one row for each changed incident and batch; restamped ones are counted, not listed. */
export function changesSchema(definition: SourceDefinition): Schema {
  const incident: Column[] = definition.columns.map(({ name, type }) => ({ name, type }))
  return schemaOf([
    { name: 'batch_at', type: 'timestamptz', doc: 'The batch that found the change.' },
    { name: definition.key, type: 'long', doc: 'The incident.' },
    { name: 'kinds', type: { list: 'string' }, doc: 'Kinds of change, at least one.' },
    { name: 'columns', type: { list: 'string' }, doc: 'Columns that differ; none for new, vanished and returned.' },
    { name: 'before', type: { struct: incident }, doc: 'As it was; no value if it was not there.' },
    { name: 'after', type: { struct: incident }, doc: 'As it is; no value if it is gone.' },
  ])
}

/** `history.batches`: one row for each batch, written last. */
export function batchesSchema(raw: RawDefinition): Schema {
  return schemaOf([
    { name: 'batch_at', type: 'timestamptz', doc: 'The batch.' },
    { name: 'run', type: 'string', doc: 'The run that made it.' },
    { name: 'kind', type: 'string', doc: 'full, incremental or restore.' },
    { name: 'rows', type: 'long', doc: 'Incidents in the raw table as of this batch.' },
    { name: 'rows_read', type: 'long', doc: 'Rows read from the source: landed + unchanged + quarantined.' },
    { name: 'rows_landed', type: 'long', doc: 'Rows that brought a new version of an incident.' },
    { name: 'rows_unchanged', type: 'long', doc: 'Rows read that the lake had already, or that repeat another row.' },
    { name: 'rows_quarantined', type: 'long', doc: 'Rows that broke a rule.' },
    { name: 'rows_swept', type: 'long', doc: 'Keys compared without reading their rows.' },
    ...kindNames(raw).map((kind): Column => ({
      name: changesColumn(kind),
      type: 'long',
      doc: `Incidents of kind ${kind}.`,
    })),
    { name: 'cursor_min', type: 'timestamp', doc: 'Oldest change stamp among the landed rows.' },
    { name: 'cursor_max', type: 'timestamp', doc: 'Newest change stamp among the landed rows.' },
    { name: 'newest_incident', type: 'timestamp', doc: 'Latest incident in the raw table as of this batch.' },
    { name: 'code_version', type: 'string', doc: 'Version of Blotter and hash of the pipeline.' },
  ])
}

export function changesColumn(kind: string): string {
  return `changes_${kind}`
}
