/** The shape of the text below, for LOAD DATA; in hexadecimal, so that no sql_mode reads it otherwise. */
export const LOAD_TEXT_FORMAT =
  "CHARACTER SET utf8mb4 FIELDS TERMINATED BY X'09' ENCLOSED BY '' ESCAPED BY X'5C' LINES TERMINATED BY X'0A'"

/** CSV after RFC 4180 with the bare word NULL for no value: the text of files that the engine writes. */
export const LOAD_CSV_FORMAT =
  "CHARACTER SET utf8mb4 FIELDS TERMINATED BY X'2C' OPTIONALLY ENCLOSED BY X'22' ESCAPED BY '' LINES TERMINATED BY X'0A'"

const SPECIAL = /[\\\t\n\0]/
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\0': '\\0' }

/** Rows of columns as the tab-separated text that LOAD DATA reads: a line a row, NULL as `\N`. */
export function loadText(columns: readonly (readonly unknown[])[]): Buffer {
  const rows = columns[0]?.length ?? 0
  const lines: string[] = []
  for (let row = 0; row < rows; row++) {
    let line = ''
    for (let i = 0; i < columns.length; i++) line += (i === 0 ? '' : '\t') + field(columns[i]![row])
    lines.push(line)
  }
  lines.push('')
  return Buffer.from(lines.join('\n'))
}

function escaped(text: string): string {
  return text.replace(/[\\\t\n\0]/g, (character) => ESCAPED[character]!)
}

function field(value: unknown): string {
  if (value === null || value === undefined) return '\\N'
  if (typeof value === 'string') return SPECIAL.test(value) ? escaped(value) : value
  if (typeof value === 'boolean') return value ? '1' : '0'
  return String(value)
}
