import { refused } from './refusal.ts'
import type { FieldText, SchemaText, TypeText } from './table-update.ts'

/** No table has columns within columns so deep, and no reader would like it. */
const DEEPEST = 64

const PRIMITIVE = new RegExp(
  '^(?:boolean|int|long|float|double|date|time|timestamp|timestamptz|string|uuid|binary|fixed\\[\\d{1,9}\\]|decimal\\(\\d{1,2}, ?\\d{1,2}\\))$',
)
const OF_VERSION_3 = /^(?:timestamp_ns|timestamptz_ns|variant|unknown|geometry.*|geography.*)$/

/** A field at any depth, with the name that a path gives it. */
export interface NamedField {
  id: number
  path: string
  type: TypeText
  required: boolean
}

/**
 * Every field of a schema, inner ones, elements, keys and values included. Throws `commit_refused` for ids or names that
 * occur twice, types that Iceberg's format version 2 does not have, and identifier fields that are none.
 */
export function fieldsOf(schema: SchemaText): NamedField[] {
  const found: NamedField[] = []
  collect(found, schema.fields, '', 0)
  const ids = new Set<number>()
  const paths = new Set<string>()
  for (const { id, path } of found) {
    if (ids.has(id)) throw refused(`field id ${id} stands for two columns`)
    if (paths.has(path)) throw refused(`there are two columns ${path}`)
    ids.add(id)
    paths.add(path)
  }
  const required = new Set(
    found.filter((field) => field.required && typeof field.type === 'string').map((field) => field.id),
  )
  const identifier = schema['identifier-field-ids']?.find((id) => !required.has(id))
  if (identifier !== undefined) throw refused(`identifier field ${identifier} is no required column of a primitive type`)
  return found
}

export function highestId(fields: readonly NamedField[]): number {
  return fields.reduce((highest, field) => Math.max(highest, field.id), 0)
}

/**
 * The schema with ids from 1 on, outer fields first, then what they hold, as a new table gets them; and the new id of each
 * old one.
 */
export function withFreshIds(schema: SchemaText): { schema: SchemaText; newIds: ReadonlyMap<number, number> } {
  fieldsOf(schema)
  const newIds = new Map<number, number>()
  let last = 0
  const next = (old: number): number => {
    last += 1
    newIds.set(old, last)
    return last
  }
  const level = (fields: readonly FieldText[]): FieldText[] => {
    const numbered = fields.map((field) => ({ ...field, id: next(field.id) }))
    return numbered.map((field) => ({ ...field, type: inner(field.type) }))
  }
  const inner = (type: TypeText): TypeText => {
    if (typeof type === 'string') return type
    if (type.type === 'struct') return { ...type, fields: level(type.fields) }
    if (type.type === 'list') return { ...type, 'element-id': next(type['element-id']), element: inner(type.element) }
    const [key, value] = [next(type['key-id']), next(type['value-id'])]
    return { ...type, 'key-id': key, 'value-id': value, key: inner(type.key), value: inner(type.value) }
  }
  const fields = level(schema.fields)
  const identifiers = schema['identifier-field-ids']?.map((id) => newIds.get(id)!)
  return { schema: { ...schema, fields, ...(identifiers ? { 'identifier-field-ids': identifiers } : {}) }, newIds }
}

function collect(found: NamedField[], fields: readonly FieldText[], before: string, depth: number): void {
  if (depth > DEEPEST) throw refused(`columns stand within columns deeper than ${DEEPEST} times`)
  for (const { id, name, type, required } of fields) {
    if (name === '') throw refused('a column has no name')
    const path = `${before}${name}`
    found.push({ id, path, type, required })
    collectType(found, type, path, depth + 1)
  }
}

function collectType(found: NamedField[], type: TypeText, path: string, depth: number): void {
  if (typeof type === 'string') {
    if (OF_VERSION_3.test(type))
      throw refused(`column ${path} has the type ${type} of format version 3; this lake is of version 2`)
    if (!PRIMITIVE.test(type)) throw refused(`column ${path} has the type ${type}, which Iceberg does not know`)
    return
  }
  if (type.type === 'struct') return collect(found, type.fields, `${path}.`, depth)
  const parts: FieldText[] =
    type.type === 'list'
      ? [{ id: type['element-id'], name: 'element', type: type.element, required: type['element-required'] }]
      : [
          { id: type['key-id'], name: 'key', type: type.key, required: true },
          { id: type['value-id'], name: 'value', type: type.value, required: type['value-required'] },
        ]
  collect(found, parts, `${path}.`, depth)
}
