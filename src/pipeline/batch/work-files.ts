import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { formatJson, parseJson } from '../../lake/format/exact-json.ts'
import type { Table } from '../../lake/table.ts'

/** A table's next version, prepared by a step and not yet in the catalog. */
export interface StagedTable {
  table: Table
  /** Rows of the table in this version. */
  rows: number
  /** False if this version only bears one more tag. */
  changed: boolean
}

/** Keeps a staged table for the steps that follow, also those of a process that goes on after this one has died. */
export async function saveStaged(folder: string, staged: StagedTable): Promise<void> {
  const path = stagedPath(folder, staged.table.name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, formatJson(staged), { flush: true })
}

export async function loadStaged(folder: string, table: string): Promise<StagedTable> {
  return parseJson(await readFile(stagedPath(folder, table), 'utf8')) as StagedTable
}

/** Keeps the version that a staged one is made upon: the lake may have forgotten it by the time of the commit. */
export async function saveBase(folder: string, base: Table): Promise<void> {
  const path = basePath(folder, base.name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, formatJson(base))
}

/** Undefined where it is not known. */
export async function loadBase(folder: string, table: string): Promise<Table | undefined> {
  const text = await readFile(basePath(folder, table), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (parseJson(text) as Table)
}

function basePath(folder: string, table: string): string {
  return join(folder, 'base', `${table}.json`)
}

function stagedPath(folder: string, table: string): string {
  return join(folder, 'staged', `${table}.json`)
}
