import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import type { Lake } from '../../catalog/lake.ts'
import type { Clock } from '../../clock.ts'
import { asBlotterError } from '../../errors.ts'
import { type LakeView, viewLake } from '../../history/as-of.ts'
import { inspectFiles } from '../../lake/read/inspect.ts'
import { batchAtOf } from '../../model/batch-at.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import { matchColumns } from '../../quality/columns.ts'
import type { Source } from '../../source/source.ts'

/** One thing that was looked at; `fix` says what to do about anything but `ok`. */
export interface Check {
  name: string
  state: 'ok' | 'warn' | 'fail' | 'skipped'
  message: string
  fix?: string
}

export interface Examination {
  /** The folder of the lake. */
  folder: string
  /** Undefined where there is no lake yet. */
  lake: Lake | undefined
  pipeline: Pipeline
  mapping: Readonly<Record<string, string>>
  clock: Clock
  /** Undefined where no source is configured. */
  source: (() => Promise<Source>) | undefined
  signal: AbortSignal
}

/** Looks at the lake and the source; whatever it finds is a check, never an exception. */
export async function examine(examination: Examination): Promise<Check[]> {
  return [...(await examineLake(examination)), await examineSource(examination)]
}

async function examineLake({ folder, lake, clock }: Examination): Promise<Check[]> {
  const writable = await access(lake ? folder : parentOf(folder), constants.W_OK).then(
    (): Check => ({ name: 'lake folder', state: 'ok', message: `${folder} can be written` }),
    (): Check => ({
      name: 'lake folder',
      state: 'fail',
      message: `${folder} cannot be written`,
      fix: 'Give the folder to the user who runs Blotter, or name another with --lake.',
    }),
  )
  if (!lake)
    return [writable, { name: 'lake', state: 'skipped', message: 'There is no lake yet.', fix: 'blotter run --source URL' }]
  try {
    const view = await viewLake(lake)
    const newest = view.batches.at(-1)?.batchAt
    const batches = `${view.batches.length} batches, the newest ${newest ?? 'none'}; ${view.tables.length} tables`
    return [
      writable,
      { name: 'lake', state: 'ok', message: batches },
      await examineFiles(lake, view),
      examineClock(clock, newest),
    ]
  } catch (error) {
    return [writable, failed('lake', error)]
  }
}

async function examineFiles(lake: Lake, view: LakeView): Promise<Check> {
  if (view.batches.length === 0) return { name: 'lake files', state: 'skipped', message: 'There is no batch yet.' }
  try {
    const { files, faults } = await inspectFiles(lake.storage, view.tables)
    const [first] = faults
    if (first === undefined) {
      return {
        name: 'lake files',
        state: 'ok',
        message: `all ${files} files of all batches are there, none shorter or longer`,
      }
    }
    return {
      name: 'lake files',
      state: 'fail',
      message: `${faults.length} of ${files} files of all batches are damaged: ${first}${faults.length > 1 ? ' And others.' : ''}`,
      fix: 'Put them back from a backup; other batches may still be whole: blotter query --at REF.',
    }
  } catch (error) {
    return failed('lake files', error)
  }
}

function examineClock(clock: Clock, newest: string | undefined): Check {
  const now = batchAtOf(clock.now())
  if (newest === undefined || now >= newest) return { name: 'clock', state: 'ok', message: `it is ${now}` }
  return {
    name: 'clock',
    state: 'warn',
    message: `it is ${now}, before the newest batch ${newest}`,
    fix: 'Set the clock; batches are named by it.',
  }
}

async function examineSource({ source, pipeline, mapping, signal }: Examination): Promise<Check> {
  if (!source)
    return { name: 'source', state: 'skipped', message: 'No source is configured.', fix: 'blotter doctor --source URL' }
  try {
    const opened = await source()
    const description = await opened.describe(signal)
    const matching = matchColumns(pipeline.source, description.columns, mapping)
    await using view = await opened.open(signal)
    const found = `${description.what}; ${matching.columns.length - matching.missing.length} of ${matching.columns.length} columns`
    if (description.primaryKey !== undefined && description.primaryKey.length !== 1) {
      return {
        name: 'source',
        state: 'fail',
        message: `${found}; no primary key`,
        fix: `ALTER TABLE … ADD PRIMARY KEY (${pipeline.source.key})`,
      }
    }
    if (matching.missing.length === 0)
      return { name: 'source', state: 'ok', message: `${found}, can be read (${view.columns.length} found)` }
    return {
      name: 'source',
      state: 'warn',
      message: `${found}; missing ${matching.missing.join(', ')}`,
      fix: 'Map them in the configuration (source: columns:) if they have other names.',
    }
  } catch (error) {
    return failed('source', error)
  }
}

function failed(name: string, error: unknown): Check {
  const { message, todo } = asBlotterError(error)
  return { name, state: 'fail', message, fix: todo }
}

function parentOf(folder: string): string {
  return folder.replace(/\/[^/]*$/, '') || '/'
}
