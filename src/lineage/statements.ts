/** The SQL of one table, and the file below the pipeline's folder that it stands in. */
export interface TableStatement {
  table: string
  file: string | null
  sql: string
}

/** The statements of a step as one text, each under a line that names its table and file. */
export function joinStatements(statements: readonly TableStatement[]): string {
  return statements.map(({ table, file, sql }) => `${headOf(table, file)}\n${sql};`).join('\n\n')
}

/** The statement of one table out of such a text; undefined if there is none. */
export function statementOf(text: string, table: string): TableStatement | undefined {
  for (const part of text.split(/^(?=-- table )/m)) {
    const head = /^-- table (\S+)(?: from (.+))?\n/.exec(part)
    if (head?.[1] === table)
      return { table, file: head[2] ?? null, sql: part.slice(head[0].length).trim().replace(/;$/, '') }
  }
  return undefined
}

function headOf(table: string, file: string | null): string {
  return `-- table ${table}${file === null ? '' : ` from ${file}`}`
}
