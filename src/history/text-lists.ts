import type { TextLists } from '../model/kinds.ts'
import { literal } from '../model/sql-text.ts'

/** Lists of texts as DuckDB writes them. */
export const TEXT_LISTS: TextLists = {
  literal,
  of: (expressions) => `[${expressions.join(', ')}]`,
  present: (list) => `list_filter(${list}, lambda text: text IS NOT NULL)`,
  none: '[]::VARCHAR[]',
}
