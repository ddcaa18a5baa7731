import type { PrimitiveType, Schema, Type } from '../../model/schema.ts'
import { identifier } from '../../model/sql-text.ts'
import { bound } from './bounds.ts'
import type { ByColumn, DataFile } from './data-file.ts'

/** What an engine tells of a Parquet file it wrote; columns by quoted path (`"before"."id"`), bounds as text. */
export interface WrittenParquet {
  rows: number
  sizeBytes: number
  columns: Readonly<Record<string, ColumnStatistics>>
}

interface ColumnStatistics {
  sizeBytes?: number
  values?: number
  nulls?: number
  min?: string
  max?: string
  hasNan?: boolean
}

type Statistics = Pick<DataFile, 'column_sizes' | 'value_counts' | 'null_value_counts' | 'lower_bounds' | 'upper_bounds'>

/** Statistics by field id, by which other readers skip files. Columns inside lists have none. */
export function statisticsOf(schema: Schema, columns: WrittenParquet['columns']): Statistics {
  const sizes: ByColumn<number> = []
  const values: ByColumn<number> = []
  const nulls: ByColumn<number> = []
  const lower: ByColumn<Buffer> = []
  const upper: ByColumn<Buffer> = []
  for (const { path, id, type } of leaves(schema)) {
    const known = columns[path]
    if (!known) continue
    if (known.sizeBytes !== undefined) sizes.push({ key: id, value: known.sizeBytes })
    if (known.values !== undefined) values.push({ key: id, value: known.values })
    if (known.nulls !== undefined) nulls.push({ key: id, value: known.nulls })
    // NaN is greater than every number for some readers and outside every range for others.
    if (known.hasNan) continue
    const from = known.min === undefined ? undefined : bound(type, known.min, 'lower')
    const to = known.max === undefined ? undefined : bound(type, known.max, 'upper')
    if (from) lower.push({ key: id, value: from })
    if (to) upper.push({ key: id, value: to })
  }
  return { column_sizes: sizes, value_counts: values, null_value_counts: nulls, lower_bounds: lower, upper_bounds: upper }
}

interface Leaf {
  path: string
  id: number
  type: PrimitiveType
}

function leaves(schema: Schema): Leaf[] {
  const inside = (path: string, id: number, type: Type): Leaf[] => {
    // Nothing is written into tables that hold anything but primitive types.
    if (typeof type === 'string') return [{ path, id, type: type as PrimitiveType }]
    if (type.type !== 'struct') return []
    return type.fields.flatMap((field) => inside(`${path}.${identifier(field.name)}`, field.id, field.type))
  }
  return schema.fields.flatMap((field) => inside(identifier(field.name), field.id, field.type))
}
