import { BlotterError } from '../../errors.ts'
import type { Field, Schema, Type } from '../../model/schema.ts'

/**
 * Refuses a schema with a field inside a struct or list that had another name, or whose name was another field's, in some
 * schema of the table: the engine binds columns by their ids, but what is inside of one by name, so that it would be NULL in
 * older files without a word. Throws `unsupported`.
 */
export function refuseNestedRenames(table: string, schema: Schema, known: readonly Schema[]): void {
  const [ids, names] = [new Map<number, string>(), new Map<string, number>()]
  for (const field of nestedFields(schema)) {
    ids.set(field.id, field.name)
    names.set(`${field.parent}/${field.name}`, field.id)
  }
  for (const other of known) {
    for (const { id, name, parent } of nestedFields(other)) {
      const now = ids.get(id)
      if (now !== undefined && now !== name) throw renamed(table, name, now)
      const taken = names.get(`${parent}/${name}`)
      if (taken !== undefined && taken !== id) throw renamed(table, name, `another ${name}`)
    }
  }
}

interface Nested {
  id: number
  name: string
  parent: number
}

function nestedFields(schema: Schema): Nested[] {
  const inside = (type: Type, parent: number): Nested[] => {
    if (typeof type === 'string') return []
    if (type.type === 'list') return inside(type.element, type['element-id'])
    if (type.type === 'map') return [...inside(type.key, type['key-id']), ...inside(type.value, type['value-id'])]
    return type.fields.flatMap((field: Field) => [{ id: field.id, name: field.name, parent }, ...inside(field.type, field.id)])
  }
  return schema.fields.flatMap((field) => inside(field.type, field.id))
}

function renamed(table: string, from: string, to: string): BlotterError {
  return new BlotterError(
    'unsupported',
    `${table} has a struct whose field ${from} became ${to}, which Blotter does not read: older files have it by its old name.`,
    {
      todo: 'Rewrite the data files with the engine that renamed it (Spark: CALL system.rewrite_data_files, all of them).',
      context: { table, from, to },
    },
  )
}
