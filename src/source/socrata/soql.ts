/** A text as a SoQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A field name in SoQL: as it stands where that is unambiguous, as for all names that portals give by themselves. */
export function field(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) ? name : `\`${name.replaceAll('`', '')}\``
}

/** All conditions that are there, together. */
export function every(...conditions: readonly (string | undefined)[]): string | undefined {
  const there = conditions.filter((condition) => condition !== undefined)
  return there.length < 2 ? there[0] : there.map((condition) => `(${condition})`).join(' AND ')
}

/** The portal's own identifier of a row. */
export const ROW_ID = ':id'

export interface PageWish {
  fields: readonly string[]
  where: string | undefined
  /** The row identifier that the page before ended with. */
  after: string | undefined
  limit: number
}

/**
 * A page in the order of the row identifier, from behind the last one on: unlike an offset, it neither repeats nor skips a
 * row when others come and go in between, and the hundredth page is as quick as the first.
 */
export function pageParameters({ fields, where, after, limit }: PageWish): Record<string, string> {
  return {
    $select: [ROW_ID, ...fields.map(field)].join(','),
    ...behind(where, after),
    $order: ROW_ID,
    $limit: String(limit),
  }
}

/** Any one row behind the last one. */
export function behindParameters(where: string | undefined, after: string | undefined): Record<string, string> {
  return { $select: ROW_ID, ...behind(where, after), $limit: '1' }
}

function behind(where: string | undefined, after: string | undefined): Record<string, string> {
  const condition = every(where, after === undefined ? undefined : `${ROW_ID} > ${literal(after)}`)
  return condition === undefined ? {} : { $where: condition }
}

/** Some of the keys to fetch, and the condition that finds them, perhaps with others between. */
export interface KeyPiece {
  keys: readonly bigint[]
  where: string
}

/** Longer lists make URLs that servers on the way refuse: 400 keys of nine digits are 4 KB. */
const LIST_CHARACTERS = 4000
/** A range is asked for if at most so many times the wanted rows can lie in it. */
const DENSE = 4

/**
 * How to ask for keys that come in ascending order, none twice: those that lie close together as one range, out of which
 * the wanted ones are picked here, others by lists.
 */
export function planKeys(key: string, keys: readonly bigint[]): KeyPiece[] {
  if (keys.length === 0) return []
  const [first, last] = [keys[0]!, keys.at(-1)!]
  if (keys.length > 1 && last - first < BigInt(keys.length * DENSE)) {
    return [{ keys, where: `${field(key)} >= ${first} AND ${field(key)} <= ${last}` }]
  }
  const list = keys.join(',')
  if (list.length <= LIST_CHARACTERS) return [{ keys, where: `${field(key)} in (${list})` }]
  const half = keys.length >> 1
  return [...planKeys(key, keys.slice(0, half)), ...planKeys(key, keys.slice(half))]
}
