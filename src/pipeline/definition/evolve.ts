import { BlotterError, impossible } from '../../errors.ts'
import { type Table, tableSchema } from '../../lake/table.ts'
import { type Field, lastColumnId, type Schema, type Type } from '../../model/schema.ts'

/** Types that Iceberg lets a column grow into, so that what older files hold is still read (Schema Evolution). */
const WIDER: Readonly<Record<string, Type>> = { int: 'long' }

/**
 * The schema that a table needs, undefined if it has it already. Fields of the same name and type keep their ids, those that
 * grow wider too, new ones get new ids. Throws `pipeline_invalid` for any other change of a type, unless the table is
 * `remade` as a whole whenever it changes: by a new id what older files hold would be no value, without a word.
 */
export function evolvedSchema(
  table: Table,
  wanted: Schema,
  { remade }: { remade: boolean } = { remade: false },
): Schema | undefined {
  const present = tableSchema(table)
  let last = Math.max(lastColumnId(present), table.metadata['last-column-id'])
  const added = (field: Field): Field => ({ ...field, id: ++last, type: addedType(field) })
  const addedType = ({ name, type }: Field): Type => {
    if (typeof type !== 'string') throw impossible(`a nested column to be added to ${table.name}, ${name}`)
    return type
  }
  const evolved = (known: readonly Field[], fields: readonly Field[], path: string): Field[] =>
    fields.map((field) => {
      const before = known.find(({ name }) => name === field.name)
      if (!before) return added(field)
      const type = evolvedType(before.type, field.type, `${path}${field.name}`)
      if (type === undefined) {
        if (remade) return added(field)
        throw changedType(table.name, `${path}${field.name}`, before.type, field.type)
      }
      return { ...before, type, ...(field.doc ? { doc: field.doc } : {}) }
    })
  const evolvedType = (from: Type, to: Type, path: string): Type | undefined => {
    if (typeof from === 'string' || typeof to === 'string')
      return from === to ? from : WIDER[String(from)] === to ? to : undefined
    if (from.type === 'struct' && to.type === 'struct') {
      // Inside of a column fields are read by their names: one that comes back is the one that it was.
      const known = [...from.fields, ...formerFields(table, path)]
      return { ...from, fields: evolved(known, to.fields, `${path}.`) }
    }
    // Field ids of elements are the table's own.
    return from.type === 'list' && to.type === 'list' && from.element === to.element ? from : undefined
  }
  const fields = evolved(present.fields, wanted.fields, '')
  return shapeOf(fields) === shapeOf(present.fields) ? undefined : { fields }
}

/** What a top-level struct has held in any of the table's schemas, the newest first. */
function formerFields(table: Table, column: string): Field[] {
  return table.metadata.schemas.toReversed().flatMap(({ fields }) => {
    const type = fields.find(({ name }) => name === column)?.type
    return typeof type === 'object' && type.type === 'struct' ? type.fields : []
  })
}

/** What makes a schema another one: names, ids and types in their order, and no words about them. */
function shapeOf(fields: readonly Field[]): string {
  const shape = ({ id, name, type }: Field): unknown => [
    id,
    name,
    typeof type === 'object' && type.type === 'struct' ? type.fields.map(shape) : type,
  ]
  return JSON.stringify(fields.map(shape))
}

function changedType(table: string, column: string, from: Type, to: Type): BlotterError {
  const word = (type: Type): string => (typeof type === 'string' ? type : type.type)
  const [before, after] = [word(from), word(to)]
  const message = `The pipeline's column ${column} of ${table} was ${before} and is to be ${after}: what the lake holds could not be read so.`
  return new BlotterError('pipeline_invalid', `${message} Nothing was committed.`, {
    todo: 'Give the column another name, or make a new lake; only int may become long.',
    context: { table, column, from: before, to: after },
  })
}
