import type { Schema } from '../../model/schema.ts'
import { duckdbType, identifier, literal } from '../../model/sql-text.ts'
import { canonicalLocation, canonicalLocationSql } from '../location.ts'
import type { Scan, ScanDelete, ScanFile } from './plan.ts'

export interface ScanSqlOptions {
  /** Columns to select, in this order; all by default. */
  columns?: readonly string[]
  /** Adds `_file` (the place of the row's data file in the scan's list) and `_pos` (its number in it); both begin at 0. */
  position?: boolean
}

/** The DuckDB select of a scan's live rows, in no particular order; a table without rows gives the columns all the same. */
export function scanSql(scan: Scan, { columns, position = false }: ScanSqlOptions = {}): string {
  const names = columns ?? scan.schema.fields.map((field) => field.name)
  if (scan.files.length === 0) return emptySql(scan.schema, names, position)
  const numbered = scan.files.filter((file) => !file.byName)
  const clean = numbered.filter((file) => file.deletes.length === 0)
  const dirty = dirtyGroups(numbered.filter((file) => file.deletes.length > 0))
  const named = scan.files.filter((file) => file.byName).map((file) => [file])
  return [clean, ...dirty, ...named]
    .filter((files) => files.length > 0)
    .map((files) => liveRowsSql(files, scan.schema, names, position ? scan.files : undefined))
    .join(' UNION ALL ')
}

/** A file of so many rows is worth being read by itself: its deletes are then told by one number, a fifth faster. */
const LARGE_ROWS = 500_000
const LARGE_FILES = 16

function dirtyGroups(dirty: readonly ScanFile[]): ScanFile[][] {
  const large = dirty.filter(({ file }) => file.record_count >= LARGE_ROWS)
  if (large.length > LARGE_FILES) return [[...dirty]]
  return [dirty.filter((file) => !large.includes(file)), ...large.map((file) => [file])]
}

/** The live rows of files that are read in one way: all without deletes or all with; by field id, or one file by names. */
function liveRowsSql(
  files: readonly ScanFile[],
  schema: Schema,
  names: readonly string[],
  all: readonly ScanFile[] | undefined,
): string {
  const byName = files[0]!.byName
  const columns = names.map((name) => (byName ? columnByName(schema, byName, name) : identifier(name)))
  if (all) {
    columns.push(`${placeSql(files, all)} AS _file`, 'file_row_number::BIGINT AS _pos')
  }
  const shared = isShared(files)
  const read = shared ? readShared(files[0]!, schema) : readFiles(files, byName ? undefined : schema)
  const select = `SELECT ${columns.join(', ')} FROM ${read} AS d`
  const once = shared ? ' WHERE d.file_index = 0' : ''
  if (files.every((file) => file.deletes.length === 0)) return `${select}${once}`
  if (files.length === 1) return `${select} ANTI JOIN (${hiddenInOneSql(files[0]!)}) AS x ON d.file_row_number = x.pos${once}`
  return `${select} ANTI JOIN (${hiddenRowsSql(files)}) AS x ON d.file_index = x.i AND d.file_row_number = x.pos`
}

/** Rows of a row group, the least that a thread reads. */
const ROW_GROUP_ROWS = 122_880
/** What DuckDB expects a filter to leave of the rows: its guess is only right again for so many times the rows. */
const EXPECTED_SHARE = 5

/** Whether threads are to share one file. */
function isShared([first, second]: readonly ScanFile[]): boolean {
  return !second && !first!.byName && first!.file.record_count > ROW_GROUP_ROWS
}

/**
 * One file, to be filtered by `file_index = 0`. Given a schema map, DuckDB does not look how many row groups a lone file has:
 * one thread reads them all, while another one may spin. Of two files it opens the second and leaves it.
 */
function readShared({ path, file }: ScanFile, schema: Schema): string {
  const twice = { path, file: { record_count: (file.record_count * EXPECTED_SHARE) / 2 } }
  return readFiles([twice, twice], schema)
}

function hiddenInOneSql(file: ScanFile): string {
  if (file.deletes.every((one) => one.exclusive)) return `SELECT pos FROM ${readFiles(file.deletes)}`
  return `SELECT pos FROM (${hiddenRowsSql([file])}) WHERE i = 0`
}

/** Where among all files of a scan those that are read together lie: mostly one after the other, which needs no list. */
function placeSql(files: readonly ScanFile[], all: readonly ScanFile[]): string {
  const places = files.map((file) => all.indexOf(file))
  const [first = 0] = places
  if (places.every((place, i) => place === first + i)) return `(file_index::BIGINT + ${first})`
  return `[${places.join(', ')}]::BIGINT[][file_index::BIGINT + 1]`
}

function columnByName(schema: Schema, byName: ReadonlyMap<string, string>, name: string): string {
  const found = byName.get(name)
  return `${found ?? 'NULL'}::${columnType(schema, name)} AS ${identifier(name)}`
}

function columnType(schema: Schema, name: string): string {
  const field = schema.fields.find((known) => known.name === name)
  return field ? duckdbType(field.type) : 'VARCHAR'
}

/** Selects `i` (the place of a data file in `files`, from 0) and `pos` of each row that deletes hide, perhaps repeated. */
export function hiddenRowsSql(files: readonly ScanFile[]): string {
  const exclusive: ScanDelete[] = []
  const targets: number[] = []
  const wide = new Map<ScanDelete, number[]>()
  files.forEach((file, index) => {
    for (const one of file.deletes) {
      if (one.exclusive) {
        exclusive.push(one)
        targets.push(index)
      } else wide.set(one, [...(wide.get(one) ?? []), index])
    }
  })
  const parts: string[] = []
  if (exclusive.length > 0) {
    // A delete file of one data file needs no look at its paths: its own place in the list says which.
    parts.push(`SELECT [${targets.join(', ')}][file_index::BIGINT + 1]::UBIGINT AS i, pos FROM ${readFiles(exclusive)}`)
  }
  for (const [deletes, indexes] of byTargets(wide)) {
    const paths = indexes.map((index) => literal(canonicalLocation(files[index]!.file.file_path)))
    const place = `list_position([${paths.join(', ')}], ${canonicalLocationSql('file_path')})`
    parts.push(`SELECT [${indexes.join(', ')}][${place}]::UBIGINT AS i, pos FROM ${readFiles(deletes)}`)
  }
  return parts.length > 0 ? parts.join(' UNION ALL ') : 'SELECT 0::UBIGINT AS i, 0::BIGINT AS pos WHERE false'
}

/** Delete files that speak of the same data files are read together. */
function byTargets(wide: ReadonlyMap<ScanDelete, number[]>): [ScanDelete[], number[]][] {
  const groups = new Map<string, [ScanDelete[], number[]]>()
  for (const [one, indexes] of wide) {
    const key = indexes.join(' ')
    const group = groups.get(key)
    if (group) group[0].push(one)
    else groups.set(key, [[one], indexes])
  }
  return [...groups.values()]
}

/**
 * A table function over files. `explicit_cardinality`, because with a schema map DuckDB guesses 1,000 rows a file and then
 * joins the wrong way round; `hive_partitioning = false`, because a folder `year=2026` would replace the column `year`.
 */
function readFiles(files: readonly { path: string; file: { record_count: number } }[], schema?: Schema): string {
  const rows = files.reduce((sum, { file }) => sum + file.record_count, 0)
  const options = ['hive_partitioning = false', `explicit_cardinality = ${Math.max(1, rows)}`]
  if (schema) options.push(`schema = ${schemaMap(schema)}`)
  return `read_parquet([${files.map((file) => literal(file.path)).join(', ')}], ${options.join(', ')})`
}

/** Binds columns by field id, so that one that was renamed is found and one that a file lacks is NULL. */
function schemaMap(schema: Schema): string {
  const columns = schema.fields.map(
    ({ id, name, type }) => `${id}: {name: ${literal(name)}, type: ${literal(duckdbType(type))}, default_value: NULL}`,
  )
  return `map{${columns.join(', ')}}`
}

function emptySql(schema: Schema, names: readonly string[], position: boolean): string {
  const columns = names.map((name) => `NULL::${columnType(schema, name)} AS ${identifier(name)}`)
  if (position) columns.push('NULL::BIGINT AS _file', 'NULL::BIGINT AS _pos')
  return `SELECT ${columns.join(', ')} WHERE false`
}
