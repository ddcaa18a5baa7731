import type { Lake } from '../catalog/lake.ts'
import type { Engine } from '../engine/engine.ts'
import { countChanges, type Diff, type ToldChange, toldChange } from '../history/diff.ts'
import { foldSql } from '../history/fold.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { ChangeCounts } from '../model/change.ts'
import type { Pipeline } from '../model/pipeline.ts'
import { identifier, literal } from '../model/sql-text.ts'
import { type ChangedPlace, countByPlace, locateChanges, type PlaceSelect } from './change-places.ts'
import { type Difference, differenceBetween } from './difference.ts'

export interface ExplorerSetup {
  lake(): Lake
  pipeline: Pipeline
  /** A new engine; the explorer keeps one and disposes of it. */
  openEngine(): Promise<Engine>
}

/** Which of the changes between two batches are asked for; each that is given narrows `rows` and `total`, nothing else. */
export interface ChangesWish {
  from: string
  to: string
  kind?: string | undefined
  /** The incident's category as it is, or was where the incident is gone. */
  type?: string | undefined
  /** The category before and after. */
  was?: string | undefined
  is?: string | undefined
  /** Where they are, or last were; null for those without a place. */
  place?: { select: PlaceSelect; number: number | null } | undefined
  offset: number
  limit: number
}

export interface ChangesPage extends Omit<Diff, 'changes'> {
  /** The column whose values types are; null where the pipeline declares none. */
  category: string | null
  /** Most incidents first. A type is null where the incident has none. */
  by_type: { type: string | null; incidents: number; counts: ChangeCounts }[]
  /** Reclassified incidents by their type before and after; within one type where something else of the class changed. */
  reclassified: { from: string | null; to: string | null; n: number }[]
  /** How many incidents fit the wish; `rows` are a part of them, by ascending id. */
  total: number
  rows: ToldChange[]
}

/** Answers about the changes between two batches. They never change, so that each pair is folded once while it is looked at. */
export interface ChangeExplorer extends AsyncDisposable {
  changes(wish: ChangesWish): Promise<ChangesPage>
  /** All that fit, by where they are. */
  places(
    wish: Omit<ChangesWish, 'place' | 'offset' | 'limit'>,
    select: PlaceSelect,
  ): Promise<{ from: BatchAt; to: BatchAt; places: ChangedPlace[] }>
}

/** Pairs of batches that stay folded, the ones asked for last. */
const KEPT = 4

type Pair = Omit<ChangesPage, 'total' | 'rows'> & {
  table: string
  /** Where its incidents are, as one SELECT tells it. */
  located?: { select: PlaceSelect; table: string }
}

export function openChangeExplorer(setup: ExplorerSetup): ChangeExplorer {
  const { pipeline } = setup
  const pairs = new Map<string, Pair>()
  let engine: Promise<Engine> | undefined
  let numbers = 0
  // One after the other, so that a pair is folded once and none is dropped while it is read.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
  const opened = (): Promise<Engine> => {
    engine ??= setup.openEngine()
    engine.catch(() => (engine = undefined))
    return engine
  }

  const pairOf = async (difference: Difference): Promise<Pair> => {
    const name = `${difference.from} ${difference.to}`
    const known = pairs.get(name)
    const pair = known ?? (await foldPair(await opened(), pipeline, difference, `pair_${++numbers}`))
    pairs.delete(name)
    pairs.set(name, pair)
    for (const [oldest, { table, located }] of pairs) {
      if (pairs.size <= KEPT) break
      pairs.delete(oldest)
      const gone = located ? [table, located.table] : [table]
      for (const one of gone) await (await opened()).run(`DROP TABLE ${one}`)
    }
    return pair
  }

  const placesOf = async (pair: Pair, select: PlaceSelect): Promise<string> => {
    if (pair.located?.select !== select)
      pair.located = { select, table: await locateChanges(await opened(), pipeline, pair.table, select) }
    return pair.located.table
  }

  return {
    async changes(wish) {
      const difference = await differenceBetween(setup.lake(), pipeline, wish.from, wish.to)
      return inTurn(async () => {
        const pair = await pairOf(difference)
        const { table, located: _, ...told } = pair
        const places = wish.place && (await placesOf(pair, wish.place.select))
        const where = conditionsOf(wish, pair.category, places)
        const one = await opened()
        const [count] = await one.rows(`SELECT count(*) AS n FROM ${table} ${where}`)
        const rows = await one.rows(`SELECT * FROM ${table} ${where} ORDER BY key LIMIT ${wish.limit} OFFSET ${wish.offset}`)
        return {
          ...told,
          total: Number(count?.['n']),
          rows: rows.map((row) => toldChange(pipeline.source, row, row['key'])),
        }
      })
    },
    async places(wish, select) {
      const difference = await differenceBetween(setup.lake(), pipeline, wish.from, wish.to)
      return inTurn(async () => {
        const pair = await pairOf(difference)
        const where = conditionsOf(wish, pair.category)
        const places = await countByPlace(await opened(), pair.table, await placesOf(pair, select), where)
        return { from: pair.from, to: pair.to, places }
      })
    },
    async [Symbol.asyncDispose]() {
      await last
      await (await engine)?.[Symbol.asyncDispose]()
    },
  }
}

async function foldPair(engine: Engine, pipeline: Pipeline, difference: Difference, table: string): Promise<Pair> {
  const { source, raw } = pipeline
  const { from, to } = difference
  await engine.run(`CREATE TEMP TABLE ${table} AS ${foldSql(source, raw, difference)}`)
  const counted = await countChanges(engine, raw, `SELECT * FROM ${table}`, await difference.restamped(engine))
  const category = source.category ?? null
  const told = category === null ? { by_type: [], reclassified: [] } : await byCategory(engine, pipeline, category, table)
  return { from, to, ...counted, category, ...told, table }
}

async function byCategory(
  engine: Engine,
  { raw }: Pipeline,
  category: string,
  table: string,
): Promise<Pick<Pair, 'by_type' | 'reclassified'>> {
  const { type, was, is } = typesSql(category)
  const types = new Map<string | null, Pair['by_type'][number]>()
  const totals = await engine.rows(`SELECT ${type} AS type, count(*) AS n FROM ${table} GROUP BY type ORDER BY n DESC, type`)
  for (const row of totals)
    types.set(textOf(row['type']), { type: textOf(row['type']), incidents: Number(row['n']), counts: {} })
  const kinds = await engine.rows(
    `SELECT type, kind, count(*) AS n FROM (SELECT ${type} AS type, unnest(kinds) AS kind FROM ${table}) GROUP BY type, kind`,
  )
  for (const row of kinds) types.get(textOf(row['type']))!.counts[String(row['kind'])] = Number(row['n'])
  // Kinds that the category takes part in are what reclassifies.
  const classing = Object.entries(raw.kinds).filter(([, rule]) => 'columns' in rule && rule.columns.includes(category))
  const moved = await engine.rows(
    `SELECT ${was} AS was, ${is} AS now, count(*) AS n FROM ${table}
     WHERE list_has_any(kinds, [${classing.map(([kind]) => literal(kind)).join(', ')}]::VARCHAR[])
     GROUP BY was, now ORDER BY n DESC, was, now`,
  )
  const reclassified = moved.map((row) => ({ from: textOf(row['was']), to: textOf(row['now']), n: Number(row['n']) }))
  return { by_type: [...types.values()], reclassified }
}

/** As a WHERE clause; `places` is the table of where incidents are, if somebody asks for one place. */
function conditionsOf(
  { kind, type, was, is, place }: Omit<ChangesWish, 'offset' | 'limit'>,
  category: string | null,
  places?: string,
): string {
  const types = category === null ? undefined : typesSql(category)
  const given: [string | undefined, (value: string) => string][] = [
    [kind, (value) => `list_contains(kinds, ${value})`],
    [type, (value) => (types ? `${types.type} = ${value}` : 'false')],
    [was, (value) => (types ? `${types.was} = ${value}` : 'false')],
    [is, (value) => (types ? `${types.is} = ${value}` : 'false')],
  ]
  const conditions = given.flatMap(([value, sql]) => (value === undefined ? [] : [sql(literal(value))]))
  if (place && places)
    conditions.push(`key IN (SELECT key FROM ${places} WHERE place IS NOT DISTINCT FROM ${place.number ?? 'NULL'})`)
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
}

function typesSql(category: string): { type: string; was: string; is: string } {
  const [was, is] = [`before.${identifier(category)}`, `after.${identifier(category)}`]
  return { was, is, type: `CASE WHEN after IS NULL THEN ${was} ELSE ${is} END` }
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}
