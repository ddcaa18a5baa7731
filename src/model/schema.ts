/** A type of one value, by its Iceberg name. `timestamp` is a wall clock without zone; `timestamptz` is an instant. */
export type PrimitiveType = 'boolean' | 'int' | 'long' | 'double' | 'string' | 'date' | 'timestamp' | 'timestamptz'

/** A type of one value that only tables of other engines have: Blotter reads them and makes none. */
export type ForeignType = 'float' | 'time' | 'uuid' | 'binary' | `fixed[${string}]` | `decimal(${string})`

export interface StructType {
  type: 'struct'
  fields: Field[]
}

export interface ListType {
  type: 'list'
  'element-id': number
  'element-required': boolean
  element: Type
}

/** Like `ForeignType`: of other engines' tables alone. */
export interface MapType {
  type: 'map'
  'key-id': number
  key: Type
  'value-id': number
  'value-required': boolean
  value: Type
}

/** An Iceberg type as it stands in table metadata (Iceberg specification, Appendix C). */
export type Type = PrimitiveType | ForeignType | StructType | ListType | MapType

/** A field of an Iceberg schema; `id` is what binds it to columns in data files, whatever its name. */
export interface Field {
  id: number
  name: string
  required: boolean
  type: Type
  doc?: string
}

export interface Schema {
  fields: Field[]
}

/** A column before it has a field id, as pipelines declare it. */
export interface Column {
  name: string
  type: Type | { list: PrimitiveType } | { struct: readonly Column[] }
  doc?: string
}

/** Gives ids to columns in the order of the Iceberg specification: outer fields first, then what they hold. */
export function schemaOf(columns: readonly Column[]): Schema {
  let last = 0
  const number = (level: readonly Column[]): Field[] => {
    const fields = level.map((column) => ({ id: ++last, column }))
    return fields.map(({ id, column }) => ({
      id,
      name: column.name,
      required: false,
      type: inner(column.type),
      ...(column.doc ? { doc: column.doc } : {}),
    }))
  }
  const inner = (type: Column['type']): Type => {
    if (typeof type === 'string' || 'type' in type) return type
    if ('list' in type) return { type: 'list', 'element-id': ++last, 'element-required': false, element: type.list }
    return { type: 'struct', fields: number(type.struct) }
  }
  return { fields: number(columns) }
}

/** The highest field id in use, inner fields included. */
export function lastColumnId(schema: Schema): number {
  const ids = (field: Field): number[] => [field.id, ...idsOf(field.type)]
  const idsOf = (type: Type): number[] => {
    if (typeof type === 'string') return []
    if (type.type === 'map') return [type['key-id'], type['value-id'], ...idsOf(type.key), ...idsOf(type.value)]
    return type.type === 'list' ? [type['element-id'], ...idsOf(type.element)] : type.fields.flatMap(ids)
  }
  return Math.max(0, ...schema.fields.flatMap(ids))
}
