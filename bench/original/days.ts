import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import { literal } from '../../src/model/sql-text.ts'
import { join } from 'node:path'
import { DATABASE, type World } from '../world.ts'

/** What the table holds on a day, by the rows as they were generated and not as anybody has read them. */
export interface Truth {
  rows: number
  /** Incidents without arrest, by type. */
  byType: Readonly<Record<string, number>>
}

/** How many incidents the second day's edits are about. */
export interface Edits {
  arrested: number
  withdrawn: number
  vanished: number
  new: number
}

/** Of a hundred incidents one has its arrest made or taken back, of ten thousand one vanishes, and of a thousand one comes again as new. */
const TURNED = (div: string): string => `id ${div} 3 % 100 = 7`
const GONE = (div: string): string => `id ${div} 3 % 10000 = 11`
const DOUBLED = (div: string): string => `id ${div} 3 % 1000 = 13`

/** Makes of the table what it is on the second day. */
export async function makeSecondDay({ server, rows }: World): Promise<void> {
  await server.admin(`USE ${DATABASE};
    UPDATE crimes SET arrest = NOT arrest, updated_on = updated_on + INTERVAL 1 DAY WHERE ${TURNED('DIV')};
    DELETE FROM crimes WHERE ${GONE('DIV')};
    CREATE TEMPORARY TABLE more AS SELECT * FROM crimes WHERE ${DOUBLED('DIV')};
    UPDATE more SET id = id + ${3 * rows};
    INSERT INTO crimes SELECT * FROM more`)
}

export async function truthOf(world: World): Promise<{ days: [Truth, Truth]; edits: Edits; turnedId: string }> {
  const first = `SELECT id, primary_type, arrest FROM ${literal(world.truth)}`
  const second = `SELECT id, primary_type, CASE WHEN ${TURNED('//')} THEN 1 - arrest ELSE arrest END AS arrest
    FROM ${literal(world.truth)} WHERE NOT (${GONE('//')})
    UNION ALL SELECT id + ${3 * world.rows}, primary_type, arrest FROM ${literal(world.truth)} WHERE ${DOUBLED('//')}`
  await using engine = await openDuckDb({ memoryBytes: 2 ** 30, spillFolder: join(world.folder, 'spill-truth') })
  const day = async (rows: string): Promise<Truth> => {
    const counts = await engine.rows(
      `SELECT primary_type, count(*) AS n, count(*) FILTER (WHERE arrest = 0) AS free FROM (${rows}) GROUP BY primary_type`,
    )
    return {
      rows: counts.reduce((sum, { n }) => sum + Number(n), 0),
      byType: Object.fromEntries(counts.map(({ primary_type, free }) => [String(primary_type), Number(free)])),
    }
  }
  const [edits] = await engine.rows(`SELECT count(*) FILTER (WHERE ${TURNED('//')} AND arrest = 0) AS arrested,
    count(*) FILTER (WHERE ${TURNED('//')} AND arrest = 1) AS withdrawn, count(*) FILTER (WHERE ${GONE('//')}) AS vanished,
    count(*) FILTER (WHERE ${DOUBLED('//')}) AS new, min(id) FILTER (WHERE ${TURNED('//')} AND arrest = 1) AS one
    FROM ${literal(world.truth)}`)
  const { one, ...counts } = edits!
  const numbers = Object.fromEntries(Object.entries(counts).map(([name, n]) => [name, Number(n)]))
  return { days: [await day(first), await day(second)], edits: numbers as unknown as Edits, turnedId: String(one) }
}

/** Throws where rows or counts by type are not those of the day; a type that nobody is without arrest of may be absent. */
export function requireTruth(name: string, truth: Truth, rows: number, byType: Readonly<Record<string, number>>): void {
  if (rows !== truth.rows) throw new Error(`${name} has ${rows} rows, expected ${truth.rows}.`)
  for (const type of new Set([...Object.keys(truth.byType), ...Object.keys(byType)])) {
    const [found = 0, expected = 0] = [byType[type], truth.byType[type]]
    if (found !== expected) throw new Error(`${name} counts ${found} of ${type} without arrest, expected ${expected}.`)
  }
}
