import type { Engine } from '../../engine/engine.ts'
import { BlotterError } from '../../errors.ts'
import { identifier, literal } from '../../model/sql-text.ts'
import type { Definition, Dimension } from '../definition/definition.ts'
import { hexagonKey, hexagonNumber } from './hexagon.ts'
import { keyColumn, UNKNOWN } from './keyed.ts'
import type { Dictionary } from './memory.ts'

/** Codes are of 16 bits, and one is set aside for values that a dictionary does not know. */
const MOST_VALUES = 65_534
const WEEKDAY_HOURS = Array.from({ length: 7 * 24 }, (_, i) => `${Math.floor(i / 24) + 1}-${i % 24}`)

type Queries = Pick<Engine, 'run' | 'rows'>

/** The values of each dimension but time. Those of hexagons are learned while incidents come. */
export async function readDictionaries(engine: Queries, definition: Definition): Promise<Record<string, Dictionary>> {
  const found: Record<string, Dictionary> = {}
  for (const [name, { kind }] of Object.entries(definition.dimensions)) {
    if (kind === 'weekday_hour') found[name] = dictionary(WEEKDAY_HOURS)
    else if (kind === 'boolean') found[name] = dictionary(['true', 'false'])
    else if (kind === 'hexagon') found[name] = dictionary([])
    else if (kind === 'category') found[name] = dictionary(await keysOf(engine, name))
  }
  await makeCodes(engine, definition, found)
  return found
}

/** Makes the engine know the codes of all texts. */
export async function makeCodes(
  engine: Queries,
  definition: Definition,
  dictionaries: Readonly<Record<string, Dictionary>>,
): Promise<void> {
  for (const [name, { kind }] of Object.entries(definition.dimensions)) {
    if (kind !== 'category' && kind !== 'boolean') continue
    await engine.run(`DROP TYPE IF EXISTS ${enumType(name)}`)
    // In the place of code 0 stands `unknown`, which is also what a text of that name means.
    await engine.run(`CREATE TYPE ${enumType(name)} AS ENUM (${dictionaries[name]!.keys.map(literal).join(', ')})`)
  }
}

function dictionary(values: readonly string[]): Dictionary {
  const keys = [UNKNOWN, ...values]
  return { keys, codeOf: new Map(keys.map((key, code) => [key, code])) }
}

/** Frequent ones first: their figures then stand close together. */
async function keysOf(engine: Queries, name: string): Promise<string[]> {
  const column = identifier(keyColumn(name))
  const found = await engine.rows(
    `SELECT ${column} AS key FROM blotter_keyed GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ${MOST_VALUES + 2}`,
  )
  const rows = found.filter(({ key }) => key !== null && key !== UNKNOWN)
  if (rows.length > MOST_VALUES) throw tooMany(name, 'Let its `sql:` put values together.')
  return rows.map((row) => String(row['key']))
}

function enumType(name: string): string {
  return identifier(`blotter keys ${name}`)
}

/**
 * The code of an incident: 0 for no value, one more than the highest known for a value that the dictionary lacks. Of a hexagon
 * it is the number still, which becomes a code on the way into memory: millions of them would be slow as texts.
 */
export function codeSql(name: string, kind: Dimension['kind'], { keys }: Dictionary, occurred: string): string {
  if (kind === 'weekday_hour') return `((isodow(${identifier(occurred)}) - 1) * 24 + hour(${identifier(occurred)}) + 1)`
  const column = identifier(keyColumn(name))
  if (kind === 'hexagon') return `coalesce(${column}, 0)`
  return `CASE WHEN ${column} IS NULL THEN 0 ELSE coalesce(enum_code(TRY_CAST(${column} AS ${enumType(name)}))::INTEGER, ${keys.length}) END`
}

/** The code of a hexagon's number. New ones get the next code, unless the dictionary is another memory's. */
export function hexagonCodes(name: string, { keys, codeOf }: Dictionary, isFixed: boolean): (number: number) => number {
  const codes = new Map([[0, 0]])
  for (const [key, code] of codeOf) if (code > 0) codes.set(hexagonNumber(key)!, code)
  const learn = (number: number): number => {
    const code = keys.push(hexagonKey(number)) - 1
    if (code > MOST_VALUES) throw tooMany(name, 'Make its hexagons larger: `size_m:`.')
    codes.set(number, code)
    codeOf.set(keys[code]!, code)
    return code
  }
  return (number) => codes.get(number) ?? (isFixed ? keys.length : learn(number))
}

function tooMany(name: string, todo: string): BlotterError {
  return new BlotterError('unsupported', `The dimension ${name} has more than ${MOST_VALUES} values.`, {
    todo,
    context: { dimension: name, expected: MOST_VALUES },
  })
}
