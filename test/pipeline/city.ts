import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import type { RunReport } from '../../src/model/report.ts'
import { openPlatform, type Platform } from '../../src/platform.ts'

/** An incident as the tests' model holds it: every value as the text that a file of the city would hold. */
export interface Incident {
  id: number
  date: string
  primary_type: string
  description: string
  block: string
  location_description: string
  arrest: 'true' | 'false' | ''
  updated_on: string
}

/** An incident that tests change as they like. */
export const theft: Incident = {
  id: 1,
  date: '2025-12-01 12:00:00',
  primary_type: 'THEFT',
  description: 'SIMPLE',
  block: '0XX W ADAMS ST',
  location_description: 'STREET',
  arrest: 'false',
  updated_on: '2026-01-01 15:40:00',
}

export const COLUMNS = [
  'id',
  'date',
  'primary_type',
  'description',
  'block',
  'location_description',
  'arrest',
  'updated_on',
] as const

/** A folder with a lake and a file as its source, and the platform to work on them; everything goes with `dispose`. */
export interface City extends AsyncDisposable {
  folder: string
  lake: string
  source: string
  platform: Platform
  publish(incidents: readonly Incident[]): Promise<void>
  run(options?: { full?: boolean; at?: string }): Promise<RunReport>
  query(sql: string, at?: string): Promise<Record<string, unknown>[]>
}

export async function makeCity(options: { partial?: boolean; env?: Record<string, string> } = {}): Promise<City> {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-city-'))
  const lake = join(folder, 'lake')
  const file = join(folder, 'crimes.csv')
  const source = `file:${file}${options.partial ? '?partial=true' : ''}`
  const platform = await openPlatform(
    loadConfig({ env: options.env ?? {}, flags: { lake, source }, cwd: folder }),
    silentLog,
  )
  return {
    folder,
    lake,
    source,
    platform,
    publish: (incidents) => writeFile(file, csvOf(incidents)),
    run: ({ full = false, at } = {}) => platform.run({ full, ...(at ? { at } : {}) }, watch()),
    async query(sql, at) {
      await using result = await platform.query(sql, { ...(at ? { at } : {}), signal: AbortSignal.timeout(60_000) })
      const rows: Record<string, unknown>[] = []
      for await (const some of result.rows()) rows.push(...some)
      return rows
    },
    async [Symbol.asyncDispose]() {
      await platform[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function watch(signal: AbortSignal = new AbortController().signal) {
  return { signal, onEvent: () => {} }
}

function csvOf(incidents: readonly Incident[]): string {
  const lines = [COLUMNS.join(','), ...incidents.map((row) => COLUMNS.map((column) => row[column]).join(','))]
  return `${lines.join('\n')}\n`
}
