import type { SourceDefinition } from '../../model/pipeline.ts'
import type { PrimitiveType } from '../../model/schema.ts'
import { quoted } from './describe.ts'

export const COLUMN_TYPE: Readonly<Record<PrimitiveType, string>> = {
  boolean: 'TINYINT(1)',
  int: 'INT',
  long: 'BIGINT',
  double: 'DOUBLE',
  string: 'VARCHAR(255)',
  date: 'DATE',
  timestamp: 'DATETIME',
  timestamptz: 'DATETIME',
}

/**
 * CREATE TABLE of what a pipeline declares its source to be: every column may be NULL but the key, which is the primary
 * key, and the cursor is indexed. `table` is qualified and quoted. Texts hold 255 characters, times whole seconds.
 */
export function createTableSql(table: string, { columns, key, cursor }: SourceDefinition): string {
  const lines = columns.map(({ name, type }) => {
    // Two keys that differ only in case are two keys.
    const exact = name === key && type === 'string' ? ' COLLATE utf8mb4_bin' : ''
    return `${quoted(name)} ${COLUMN_TYPE[type]}${exact}${name === key ? ' NOT NULL' : ' NULL'}`
  })
  lines.push(`PRIMARY KEY (${quoted(key)})`)
  if (columns.some((column) => column.name === cursor) && cursor !== key) lines.push(`INDEX (${quoted(cursor)})`)
  return `CREATE TABLE ${table} (\n  ${lines.join(',\n  ')}\n) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4`
}
