import { withFreshIds } from './foreign-schema.ts'
import { refused } from './refusal.ts'
import type { OrderText, SchemaText, SpecText, TableUpdate } from './table-update.ts'

/** What somebody wants a new table to be. */
export interface TableWish {
  /** `sandbox.notes` */
  table: string
  schema: SchemaText
  spec?: SpecText | undefined
  order?: OrderText | undefined
  /** By default in the folder of its namespace. */
  location?: string | undefined
  properties: Readonly<Record<string, string>>
}

/** The updates that make the table; its columns get ids from 1 on, whatever ids they were sent with. */
export function creation({ schema, spec, order, properties }: TableWish, location: string): TableUpdate[] {
  const { schema: fresh, newIds } = withFreshIds(schema)
  const renumbered = <F extends { 'source-id': number }>(fields: readonly F[]): F[] =>
    fields.map((field) => {
      const id = newIds.get(field['source-id'])
      if (id === undefined) throw refused(`column ${field['source-id']} is to part or sort the table, and does not exist`)
      return { ...field, 'source-id': id }
    })
  return [
    { action: 'set-location', location },
    { action: 'add-schema', schema: fresh },
    { action: 'set-current-schema', 'schema-id': -1 },
    { action: 'add-spec', spec: { fields: renumbered(spec?.fields ?? []) } },
    { action: 'set-default-spec', 'spec-id': -1 },
    { action: 'add-sort-order', 'sort-order': { fields: renumbered(order?.fields ?? []) } },
    { action: 'set-default-sort-order', 'sort-order-id': -1 },
    { action: 'set-properties', updates: { ...properties } },
  ]
}
