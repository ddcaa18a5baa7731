import { BlotterError } from '../errors.ts'

/** Where in a statement something stands, both counted from 1; columns are those of JavaScript’s texts (UTF-16). */
export interface Place {
  line: number
  column: number
}

const POINTED = /LINE (\d+): (.*)\n( *)\^/

/** The place of a character of the statement; undefined for one that it does not have. */
export function placeAt(sql: string, offset: number): Place | undefined {
  if (!Number.isInteger(offset) || offset < 0 || offset > sql.length) return undefined
  const before = sql.slice(0, offset).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

/** The place that the engine's message points at below the line that it shows, of which it cuts off what is too long. */
export function placePointedAt(message: string, sql: string): Place | undefined {
  const [, number, shown, indent] = POINTED.exec(message) ?? []
  if (number === undefined || shown === undefined || indent === undefined) return undefined
  const line = sql.split('\n')[Number(number) - 1]
  if (line === undefined) return undefined
  const within = indent.length - `LINE ${number}: `.length
  const text = shown.replace(/\.\.\.$/, '')
  const start = text.startsWith('...') ? line.indexOf(text.slice(3)) - 3 : 0
  const column = start + within + 1
  return column >= 1 && column <= line.length + 1 ? { line: Number(number), column } : undefined
}

/** A failure of a statement with the place in its context (`line`, `column`), where the engine has told it. */
export function withPlace(error: unknown, sql: string): unknown {
  if (!(error instanceof BlotterError) || error.code !== 'query_failed' || 'line' in error.context) return error
  const place = placePointedAt(error.message, sql)
  if (!place) return error
  const { code, message, todo, context, cause } = error
  return new BlotterError(code, message, { todo, context: { ...context, ...place }, cause })
}
