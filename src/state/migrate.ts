import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { BlotterError } from '../errors.ts'
import { databaseDamaged } from './database-error.ts'
import type { Database } from './database.ts'

interface Migration {
  number: number
  name: string
  sql: string
  sha256: string
}

interface Applied {
  number: number
  name: string
  sha256: string
}

/** `BLTR`: marks a SQLite file as one of Blotter's (PRAGMA application_id). */
const APPLICATION_ID = 0x42_4c_54_52

/**
 * Brings a database to the newest of the `NNN-name.sql` files of a folder, each in the order of its number and once.
 * There is no way back: a database that a newer Blotter made is refused with `state_newer`, one whose migrations read
 * otherwise than those that were applied with `state_damaged`, an older one that can only be read with `lake_unwritable`.
 */
export function migrate(database: Database, folder: string, clock: Clock): void {
  const migrations = readMigrations(folder)
  const work = (): void => {
    claim(database)
    const applied = database.all<Applied>('SELECT number, name, sha256 FROM migrations ORDER BY number')
    refuseNewer(database.file, applied, migrations)
    for (const migration of migrations) {
      const before = applied.find((one) => one.number === migration.number)
      if (before === undefined) apply(database, migration, clock)
      else if (before.sha256 !== migration.sha256) {
        const found = `migration ${migration.name} was applied with another text than this version's`
        throw databaseDamaged(database.file, found)
      }
    }
  }
  if (database.isReadOnly) work()
  else database.transaction(work)
}

function readMigrations(folder: string): Migration[] {
  const files = readdirSync(folder)
    .filter((name) => /^\d{3}-[a-z0-9-]+\.sql$/.test(name))
    .sort()
  return files.map((name) => {
    // A checkout on Windows may have turned the ends of lines; that is no other migration.
    const sql = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n')
    return { number: Number(name.slice(0, 3)), name, sql, sha256: createHash('sha256').update(sql).digest('hex') }
  })
}

/** Makes an empty file Blotter's, and refuses a database that something else made. */
function claim(database: Database): void {
  const id = database.get<{ application_id: number }>('PRAGMA application_id')?.application_id
  if (id === APPLICATION_ID) return
  const tables = database.get<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema')?.n ?? 0
  if (tables > 0) throw databaseDamaged(database.file, 'it is a SQLite database, but Blotter did not make it')
  database.script(`PRAGMA application_id = ${APPLICATION_ID};
    CREATE TABLE migrations (
      number INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      applied_at TEXT NOT NULL
    ) STRICT`)
}

function refuseNewer(file: string, applied: readonly Applied[], known: readonly Migration[]): void {
  const newest = known.at(-1)?.number ?? 0
  const beyond = applied.find((one) => one.number > newest)
  if (beyond === undefined) return
  const message =
    `${file} was made by a newer version of Blotter: expected migrations up to ${newest}, found ${beyond.name}. ` +
    'It was left as it is.'
  throw new BlotterError('state_newer', message, {
    todo: 'Run the newer version of Blotter on this lake; there is no way back to an older one.',
    context: { file, expected: newest, found: beyond.name },
  })
}

function apply(database: Database, migration: Migration, clock: Clock): void {
  if (database.isReadOnly) throw tooOld(database.file, migration)
  database.script(migration.sql)
  database.run(
    'INSERT INTO migrations (number, name, sha256, applied_at) VALUES (?, ?, ?, ?)',
    migration.number,
    migration.name,
    migration.sha256,
    clock.now().toISOString(),
  )
}

function tooOld(file: string, { name }: Migration): BlotterError {
  return new BlotterError('lake_unwritable', `${file} is of an older Blotter, lacks ${name}, and can only be read.`, {
    todo: 'Have a user who may write there run `blotter runs list` once, which brings it up to date.',
    context: { file, expected: name },
  })
}
