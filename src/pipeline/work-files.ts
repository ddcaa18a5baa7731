import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { formatJson, parseJson } from '../lake/exact-json.ts'
import type { Table } from '../lake/table.ts'

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

function stagedPath(folder: string, table: string): string {
  return join(folder, 'staged', `${table}.json`)
}
