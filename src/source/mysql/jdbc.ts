import type { SourceDefinition } from '../../model/pipeline.ts'
import type { FoundColumn } from '../source.ts'
import { qualified, quoted } from './describe.ts'
import { COLUMN_TYPE } from './table-sql.ts'
import { readingOf } from './types.ts'
import { parseMysqlUrl } from './url.ts'

/** What a program has to know that reads MySQL by JDBC; it takes rows as Blotter's own reader would. */
export const jdbcReading = {
  address: (url: string, definition: SourceDefinition) => parseMysqlUrl(url, definition),

  words(url: string, definition: SourceDefinition) {
    return { table: qualified(parseMysqlUrl(url, definition)), expression: expressionOf, quoted }
  },

  /** The columns of a table that `blotter load` makes, as a server describes them. */
  declaredColumns({ columns }: SourceDefinition): FoundColumn[] {
    return columns.map(({ name, type }) => {
      const declared = COLUMN_TYPE[type].toLowerCase()
      return { name, declared, type: readingOf(declared).type }
    })
  },
}

/** As `readingOf` asks for a column; as text what it would leave to a driver: bytes, and decimals of more digits than others hold. */
function expressionOf(declared: string, column: string): string {
  const [name = ''] = /^\w+/.exec(declared.toLowerCase()) ?? []
  if (name === 'decimal') return `CAST(${column} AS CHAR CHARACTER SET utf8mb4)`
  if (/^(?:var)?binary$|blob$/.test(name)) return `CONCAT('0x', HEX(${column}))`
  return readingOf(declared).expression(column)
}
