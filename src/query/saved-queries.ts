import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { BlotterError } from '../errors.ts'

/** A query that is kept under a name: a file that people may edit, copy and put under version control. */
export interface SavedQuery {
  name: string
  sql: string
  /** As of which batch it is run; absent: the newest. */
  at?: string
  /** What it tells. */
  doc?: string
  saved_by?: string
  saved_at?: string
}

export interface SavedQueries {
  /** By name. A file that cannot be read as one is left out. */
  list(): Promise<SavedQuery[]>
  /** Throws `saved_query_missing`, `saved_query_invalid`. */
  get(name: string): Promise<SavedQuery>
  /** Replaces one of the name, if it is the asker’s own. Throws `saved_query_invalid`. */
  save(query: SavedQuery, asker: Asker): Promise<SavedQuery>
  /** Throws `saved_query_missing`, `saved_query_invalid` where it is another’s. */
  remove(name: string, asker: Asker): Promise<SavedQuery>
}

export interface Asker {
  name: string
  /** May change what others have saved. */
  isAdmin: boolean
}

const MOST = 1000
/** The rest is for others. */
const MOST_OF_ONE = 200
const NAME = /^[\p{L}\p{N}_](?:[\p{L}\p{N} ._-]{0,78}[\p{L}\p{N}_-])?$/u
const SHAPE = /^\s*\/\*---\n([\s\S]*?)\n---\*\/\n?([\s\S]*)$/

/** Saved queries as files `FOLDER/NAME.sql` with front matter; the folder is made with the first. */
export function openSavedQueries(folder: string): SavedQueries {
  const fileOf = (name: string): string => {
    if (!NAME.test(name)) throw badName(name)
    return join(folder, `${name.normalize('NFC')}.sql`)
  }
  const find = async (name: string): Promise<SavedQuery | undefined> => {
    const text = await readFile(fileOf(name), 'utf8').catch(ifMissing)
    return text === undefined ? undefined : read(name, text)
  }
  const get = async (name: string): Promise<SavedQuery> => {
    const found = await find(name)
    if (found) return found
    throw new BlotterError('saved_query_missing', `There is no saved query "${name}".`, {
      todo: 'Take one that is listed.',
      context: { name },
    })
  }
  const names = async (): Promise<string[]> => {
    const files = await readdir(folder).catch(ifMissing)
    return (files ?? []).flatMap((file) =>
      file.endsWith('.sql') && NAME.test(file.slice(0, -4)) ? [file.slice(0, -4)] : [],
    )
  }
  const list = async (): Promise<SavedQuery[]> => {
    const found = await Promise.all((await names()).sort().map((name) => find(name).catch(() => undefined)))
    return found.filter((one) => one !== undefined)
  }
  const refuseBeyond = async ({ name, isAdmin }: Asker): Promise<void> => {
    if ((await names()).length >= MOST) throw tooMany(`There are ${MOST} saved queries`)
    const own = (await list()).filter((one) => one.saved_by === name)
    if (!isAdmin && own.length >= MOST_OF_ONE) throw tooMany(`You have saved ${MOST_OF_ONE} queries`)
  }
  return {
    get,
    list,
    async save(query, asker) {
      const file = fileOf(query.name)
      const before = await find(query.name)
      if (before) refuseUnlessOwn(before, asker)
      else await refuseBeyond(asker)
      await mkdir(folder, { recursive: true })
      const unfinished = join(folder, `.${randomUUID()}`)
      await writeFile(unfinished, write(query), { mode: 0o600, flush: true })
      await rename(unfinished, file)
      return get(query.name)
    },
    async remove(name, asker) {
      const found = await get(name)
      refuseUnlessOwn(found, asker)
      await rm(fileOf(name))
      return found
    },
  }
}

function write({ sql, at, doc, saved_by, saved_at }: SavedQuery): string {
  const head = Object.entries({ doc, at, saved_by, saved_at }).filter(([, value]) => value !== undefined)
  // JSON’s texts are YAML’s too; the end of the comment must not stand in one.
  const lines = head.map(([name, value]) => `${name}: ${JSON.stringify(value).replaceAll('*/', '*\\u002f')}`)
  return `/*---\n${lines.join('\n')}\n---*/\n${sql.trim()}\n`
}

/** A file without front matter is a query too, by nobody. */
function read(name: string, text: string): SavedQuery {
  const parts = SHAPE.exec(text.replaceAll('\r\n', '\n'))
  const head: unknown = parts ? parse(parts[1]!) : {}
  const known = typeof head === 'object' && head !== null ? (head as Record<string, unknown>) : {}
  const told = ['at', 'doc', 'saved_by', 'saved_at'].flatMap((key) => {
    const value = known[key]
    return typeof value === 'string' ? [[key, value]] : []
  })
  return { name, sql: (parts ? parts[2]! : text).trim(), ...Object.fromEntries(told) }
}

function refuseUnlessOwn({ name, saved_by }: SavedQuery, asker: Asker): void {
  if (asker.isAdmin || saved_by === undefined || saved_by === asker.name) return
  throw new BlotterError('saved_query_invalid', `The query "${name}" was saved by ${saved_by}. Nothing was changed.`, {
    todo: 'Save yours under another name.',
    context: { name },
  })
}

function badName(name: string): BlotterError {
  return new BlotterError(
    'saved_query_invalid',
    `"${name.slice(0, 100)}" is no name for a saved query. Nothing was changed.`,
    {
      todo: 'Use letters, digits, spaces, ".", "_" and "-", at most 80 of them.',
      context: { name: name.slice(0, 100) },
    },
  )
}

function tooMany(what: string): BlotterError {
  return new BlotterError('saved_query_invalid', `${what} already. Nothing was changed.`, {
    todo: 'Remove some first.',
  })
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
