import { type CleanedWhere, createAdapterFactory, type CustomAdapter } from 'better-auth/adapters'
import { impossible } from '../../errors.ts'
import type { Database } from '../../state/database.ts'

type Value = string | number | bigint | Uint8Array | null
type Row = Record<string, Value>

const OPERATORS: Readonly<Record<string, string>> = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' }

/**
 * The identities' database as better-auth wants it. Tables and columns have the names of the library in snake_case; each call
 * is one statement, so that none waits for another within a transaction, and reading and changing at once is one statement too.
 */
export function identityAdapter(database: Database) {
  return createAdapterFactory({
    config: {
      adapterId: 'blotter',
      usePlural: true,
      supportsBooleans: false,
      supportsDates: false,
      supportsJSON: false,
      transaction: false,
    },
    adapter: () => statements(database),
  })
}

function statements(database: Database): CustomAdapter {
  const rows = <T>(sql: string, values: readonly Value[]): T[] =>
    database.all<Row>(sql, ...values).map((row) => camel(row) as T)
  return {
    create: async <T extends Record<string, unknown>>({ model, data }: { model: string; data: T }) => {
      const names = Object.keys(data)
      const sql = `INSERT INTO ${snake(model)} (${names.map(snake).join(', ')}) VALUES (${names.map(() => '?').join(', ')}) RETURNING *`
      return rows<T>(sql, Object.values(data) as Value[])[0]!
    },
    findOne: async <T>({ model, where }: { model: string; where: CleanedWhere[] }) => {
      const { sql, values } = condition(where)
      return rows<T>(`SELECT * FROM ${snake(model)}${sql} LIMIT 1`, values)[0] ?? null
    },
    findMany: async <T>({ model, where, limit, offset = 0, sortBy }: Parameters<CustomAdapter['findMany']>[0]) => {
      const { sql, values } = condition(where)
      const order = sortBy ? ` ORDER BY ${snake(sortBy.field)} ${sortBy.direction === 'desc' ? 'DESC' : 'ASC'}` : ''
      return rows<T>(`SELECT * FROM ${snake(model)}${sql}${order} LIMIT ? OFFSET ?`, [...values, limit, offset])
    },
    count: async ({ model, where }) => {
      const { sql, values } = condition(where)
      return database.get<{ n: number }>(`SELECT count(*) AS n FROM ${snake(model)}${sql}`, ...values)?.n ?? 0
    },
    update: async <T>({ model, where, update }: { model: string; where: CleanedWhere[]; update: T }) =>
      rows<T>(...changed(model, where, update as Row))[0] ?? null,
    updateMany: async ({ model, where, update }) => rows(...changed(model, where, update)).length,
    delete: async ({ model, where }) => {
      const { sql, values } = condition(where)
      database.run(`DELETE FROM ${snake(model)}${sql}`, ...values)
    },
    deleteMany: async ({ model, where }) => {
      const { sql, values } = condition(where)
      return database.run(`DELETE FROM ${snake(model)}${sql}`, ...values)
    },
    consumeOne: async <T>({ model, where }: { model: string; where: CleanedWhere[] }) => {
      const { sql, values } = condition(where)
      const one = `SELECT rowid FROM ${snake(model)}${sql} LIMIT 1`
      return rows<T>(`DELETE FROM ${snake(model)} WHERE rowid IN (${one}) RETURNING *`, values)[0] ?? null
    },
    incrementOne: async <T>({
      model,
      where,
      increment,
      set = {},
    }: Parameters<NonNullable<CustomAdapter['incrementOne']>>[0]) =>
      rows<T>(...changed(model, where, set as Row, increment))[0] ?? null,
  }
}

function changed(
  model: string,
  where: readonly CleanedWhere[],
  set: Row,
  add: Record<string, number> = {},
): [string, Value[]] {
  const sums = Object.keys(add).map((name) => `${snake(name)} = coalesce(${snake(name)}, 0) + ?`)
  const all = [...Object.keys(set).map((name) => `${snake(name)} = ?`), ...sums]
  const { sql, values } = condition(where)
  const text = `UPDATE ${snake(model)} SET ${all.join(', ')}${sql} RETURNING *`
  return [text, [...Object.values(set), ...Object.values(add), ...values]]
}

/** Values are always parameters; names are the library's own. */
function condition(where: readonly CleanedWhere[] = []): { sql: string; values: Value[] } {
  if (where.length === 0) return { sql: '', values: [] }
  const values: Value[] = []
  const terms = where.map(({ field, operator, value, connector, mode }, index) => {
    const joint = index === 0 ? '' : ` ${connector} `
    const name = mode === 'insensitive' ? `lower(${snake(field)})` : snake(field)
    if (Array.isArray(value)) {
      values.push(...(value as Value[]))
      return `${joint}${name} ${operator === 'not_in' ? 'NOT IN' : 'IN'} (${value.map(() => '?').join(', ')})`
    }
    if (value === null) return `${joint}${name} IS ${operator === 'ne' ? 'NOT ' : ''}NULL`
    const symbol = OPERATORS[operator]
    if (symbol === undefined) throw impossible(`the library asks for "${operator}"`)
    values.push((mode === 'insensitive' ? String(value).toLowerCase() : value) as Value)
    return `${joint}${name} ${symbol} ?`
  })
  return { sql: ` WHERE ${terms.join('')}`, values }
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function camel(row: Row): Row {
  const renamed = Object.entries(row).map(([name, value]) => [
    name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ])
  return Object.fromEntries(renamed) as Row
}
