import { canonicalLocation } from '../lake/location.ts'
import { refused } from './refusal.ts'

/** Folders of the lake that hold files of their own kind, and no table. */
const OTHERS = new Set(['citations', 'lineage'])

/** Where the tables of a lake may lie, and who may lie where. */
export interface Places {
  /** `file:///…/lake` */
  lake: string
  /** Namespaces whose folders are for their own tables alone. */
  own: ReadonlySet<string>
  /** Folders that no table may lie in, such as that of the state databases. */
  keepOut: readonly string[]
}

/** Where a table lies unless somebody says otherwise: LAKE/NAMESPACE/TABLE, with what is added to its name. */
export function defaultLocation({ lake }: Places, table: string, suffix = ''): string {
  const point = table.lastIndexOf('.')
  return `${lake}/${table.slice(0, point)}/${table.slice(point + 1)}${suffix}`
}

/** Holds a file's location against the lake's folder; throws `commit_refused` for what lies outside, or in the state's. */
export function checkFile(places: Places, what: string, location: string): void {
  pathInLake(places, what, location)
}

/**
 * Holds a table's location against the lake: within it, two folders deep at least, in no folder of another's. Throws
 * `commit_refused`.
 */
export function checkTable(
  places: Places,
  table: string,
  location: string,
  others: readonly { name: string; location: string }[],
): void {
  const inner = pathInLake(places, `the location of ${table}`, location)
  const [first = '', ...rest] = inner.split('/')
  const usual = defaultLocation(places, table)
  if (rest.length === 0)
    throw refused(`the location ${location} of ${table} is not within a folder of the lake, as ${usual} is`)
  const namespace = table.slice(0, table.lastIndexOf('.'))
  if (places.own.has(first) && !places.own.has(namespace)) {
    throw refused(`the location ${location} is in the folder of ${first}, whose tables are Blotter's`)
  }
  const taken = others.find((other) => other.name !== table && overlap(location, other.location))
  if (taken) throw refused(`the location ${location} is that of ${taken.name}, or overlaps it`)
}

/** True if one folder is, or lies within, the other. */
export function overlap(a: string, b: string): boolean {
  const [one, other] = [folderPath(a), folderPath(b)]
  return one.startsWith(other) || other.startsWith(one)
}

/** True if a file lies within a table's folder. */
export function liesWithin(location: string, file: string): boolean {
  return isPlain(file) && canonicalLocation(file).startsWith(folderPath(location))
}

/** The path from the lake's folder on. */
function pathInLake({ lake, keepOut }: Places, what: string, location: string): string {
  const path = canonicalLocation(location).replace(/\/+$/, '')
  if (!isPlain(path)) throw refused(`${what} is ${location}: expected a plain path within ${lake}, without "." or ".."`)
  const root = folderPath(lake)
  if (!path.startsWith(root)) throw refused(`${what} is ${location}, which is outside of the lake ${lake}`)
  const inner = path.slice(root.length)
  const secret =
    inner.startsWith('.') ||
    OTHERS.has(inner.split('/', 1)[0]!) ||
    keepOut.some((folder) => `${path}/`.startsWith(folderPath(folder)))
  if (secret) throw refused(`${what} is ${location}, which is no place for tables`)
  return inner
}

// oxlint-disable-next-line no-control-regex -- What would end a path early, or be another separator.
const CONTROL = /[\u0000-\u001f\\]/

/** No part of the path may lead elsewhere: what is compared must be what the disk sees. */
function isPlain(location: string): boolean {
  const path = canonicalLocation(location)
  const parts = path.slice(1).split('/')
  return path.startsWith('/') && !CONTROL.test(path) && parts.every((part) => part !== '' && part !== '.' && part !== '..')
}

function folderPath(location: string): string {
  return `${canonicalLocation(location).replace(/\/+$/, '')}/`
}
