import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { identifier } from '../../model/sql-text.ts'
import type { BatchPlan } from '../application.ts'
import * as check from './check-sql.ts'
import { derivedRows, mergeDerived, replaceDerived } from './derive-sql.ts'
import { published, viewOf } from './dialect.ts'
import { MEANINGS } from './failure.ts'
import * as land from './land-sql.ts'
import { readme } from './readme.ts'
import { sourceKeys, sourceRows } from './source-sql.ts'
import { createTables, insertBatch } from './table-sql.ts'

const DRIVER_FOLDER = join(import.meta.dirname, 'driver')
/** The program that Spark runs, and the modules that it imports; the same for every pipeline. */
export const DRIVER = 'blotter_batch.py'
export const MODULES = readdirSync(DRIVER_FOLDER)
  .filter((file) => file.endsWith('.py') && file !== DRIVER)
  .toSorted()

/**
 * Compiles a pipeline into a folder of text files: Spark SQL in the order in which it runs, the driver, and `job.json` with
 * what the driver has to know. No run, no time, no place of a lake and no credential stands in them.
 */
export function compile(plan: BatchPlan): Map<string, string> {
  const { pipeline } = plan
  const files = new Map<string, string>()
  const add = (name: string, doc: string, sql: string): void => {
    files.set(`sql/${name}.sql`, `-- ${doc}\n${sql}\n`)
  }
  add('0-tables', 'Tables that are not there yet.', createTables(plan).join(';\n\n'))
  addExtract(plan, add)
  addCheck(plan, add)
  addLand(plan, add)
  for (const table of pipeline.tables) {
    const step = table.mode === 'by-key' ? '4-transform' : '5-aggregate'
    add(`${step}/${table.name}`, table.doc, derivedRows(plan, table))
    add(`${step}/${table.name}.replace`, `${table.name}, made anew.`, replaceDerived(plan, table))
    if (table.mode === 'by-key')
      add(`${step}/${table.name}.merge`, `${table.name}, keys that changed.`, mergeDerived(plan, table))
  }
  add('6-commit/batch', 'The row of the batch, written last.', insertBatch(plan))
  for (const { file } of pipeline.reference) files.set(`reference/${basename(file)}`, readFileSync(file, 'utf8'))
  files.set('job.json', `${JSON.stringify(jobOf(plan), null, 2)}\n`)
  for (const file of [DRIVER, ...MODULES]) files.set(file, readFileSync(join(DRIVER_FOLDER, file), 'utf8'))
  files.set('README.md', readme(plan))
  return files
}

type Add = (name: string, doc: string, sql: string) => void

function addExtract(plan: BatchPlan, add: Add): void {
  const { source, cursor, key } = { ...plan.pipeline, ...plan.pipeline.source, source: plan.source }
  add(
    '1-extract/rows.mysql',
    'All rows, in MySQL’s SQL: dates and times as text, so that no zone shifts them.',
    sourceRows(source),
  )
  if (!hasCursor(plan)) return
  add('1-extract/keys.mysql', 'Keys and cursors of all rows, in MySQL’s SQL.', sourceKeys(source, [key, cursor]))
  add('1-extract/swept', 'Keys and cursors of the source as read.', check.sweptKeys(plan))
  const current = `SELECT ${identifier(key)} AS key, ${identifier(cursor)} AS cursor FROM ${published(plan.pipeline.rawName)}`
  add('1-extract/current_keys', 'Keys and cursors of the lake.', current)
  add('1-extract/differing_keys', 'Keys whose rows are read.', land.differingKeys())
  const vanished = 'SELECT c.key FROM current_keys c LEFT ANTI JOIN swept s ON s.key = c.key'
  add('1-extract/vanished', 'Keys that the source has no more.', vanished)
}

function addCheck(plan: BatchPlan, add: Add): void {
  add('2-check/read_rows', 'Rows as found and as read, with the rule that each breaks.', check.readRows(plan))
  add('2-check/readable', 'Rows that break no rule.', 'SELECT * FROM read_rows WHERE rule IS NULL')
  add('2-check/repeated_keys', 'Keys that stand more than once.', check.repeatedKeys(plan))
  add('2-check/newest_contents', 'Their newest contents.', check.newestContents(plan))
  add('2-check/good', 'Good rows, where no key stands more than once.', check.goodRows(plan))
  add('2-check/good.repeats', 'Good rows, each key once.', check.goodAmongRepeats(plan))
  add('2-check/bad', 'Rows for quarantine, all values as found.', check.badRows(plan))
  add(
    '2-check/bad.repeats',
    'The same, with contents that contradict each other under one key.',
    check.badAmongRepeats(plan),
  )
  add('2-check/bad_keys', 'Their keys.', check.badKeys(plan))
  add('2-check/counts', 'Rows read, and values repaired.', check.readCounts(plan))
  const warnings = check.warningCounts(plan)
  if (warnings !== undefined) add('2-check/warnings', 'Good rows that are warned about.', warnings)
}

function addLand(plan: BatchPlan, add: Add): void {
  const { rawName, source } = plan.pipeline
  const key = identifier(source.key)
  add('3-land/current', 'The raw table as it is published.', `SELECT * FROM ${published(rawName)}`)
  add('3-land/vanished', 'Keys that a full read has not found.', land.absentKeys(plan))
  const gone = `SELECT DISTINCT ${key} AS key FROM ${published(plan.names.changes)} WHERE array_contains(kinds, 'vanished')`
  add('3-land/once_vanished', 'Keys that were gone once.', gone)
  add('3-land/changed', 'What differs, incident by incident.', land.changedRows(plan))
  const columns = source.columns.map(({ name }) => identifier(name)).join(', ')
  const landed = `SELECT ${source.columns.map(({ name }) => `after.${identifier(name)}`).join(', ')} FROM changed WHERE after IS NOT NULL`
  add('3-land/landed', 'Rows that bring a new version.', landed)
  add('3-land/landed_first', 'The same in the first batch: every good row.', `SELECT ${columns} FROM good`)
  add('3-land/raw.insert', 'The first batch of the raw table.', land.insertRaw(plan))
  add('3-land/raw.merge', 'Later batches of the raw table.', land.mergeRaw(plan))
  add('3-land/changes', 'The ledger; restamped incidents are counted, not listed.', land.insertChanges(plan))
  add('3-land/quarantine', 'Bad rows that quarantine does not hold yet.', land.insertBad(plan))
}

function hasCursor({ source, pipeline }: BatchPlan): boolean {
  const found = (name: string): boolean => source.columns.some(({ column, found: there }) => column.name === name && there)
  return found(pipeline.source.key) && found(pipeline.source.cursor)
}

/** What the driver has to know of the pipeline. */
function jobOf(plan: BatchPlan): Record<string, unknown> {
  const { pipeline, source, tables, names, guards, kinds, codeVersion } = plan
  const missing = source.columns.filter(({ found }) => !found).map(({ column }) => column.name)
  return {
    pipeline: pipeline.name,
    code_version: codeVersion,
    key: pipeline.source.key,
    timezone: pipeline.source.timezone,
    key_is_number: source.columns.some(
      ({ column, found }) => column.name === pipeline.source.key && found?.staged === 'long',
    ),
    has_cursor: hasCursor(plan),
    raw: pipeline.rawName,
    ...names,
    tables: tables.map(({ name }) => name),
    derived: pipeline.tables.map(({ name, mode, hash, reads }) => ({
      name,
      mode,
      hash,
      reads: reads.filter((read) => !pipeline.reference.some((one) => one.name === read)),
      file: `${mode === 'by-key' ? '4-transform' : '5-aggregate'}/${name}`,
    })),
    views: Object.fromEntries(tables.map(({ name }) => [name, viewOf(name)])),
    reference: pipeline.reference.map(({ name, file }) => ({ view: viewOf(name), file: `reference/${basename(file)}` })),
    kinds,
    has_warnings: Object.keys(pipeline.raw.warnings).length > 0,
    guards: { vanished_max: guards.vanishedMax, keyless_max: guards.keylessMax },
    source: source.url,
    source_columns: source.known,
    columns: { missing, unknown: source.extra.map(({ name }) => name) },
    failures: MEANINGS.map(([said, code, todo]) => ({ said: said.source, code, todo })),
  }
}
