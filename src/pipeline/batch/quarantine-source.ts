import { join } from 'node:path'
import type { Lake } from '../../catalog/lake.ts'
import { planScan } from '../../lake/read/plan.ts'
import { scanSql } from '../../lake/read/read.ts'
import { snapshotOf } from '../../lake/table.ts'
import { type Pipeline, quarantineName } from '../../model/pipeline.ts'
import { identifier, literal } from '../../model/sql-text.ts'
import { readAs } from '../../quality/read.ts'
import type { FoundColumn, Source } from '../../source/source.ts'
import { evolvedSchema } from '../definition/evolve.ts'
import { openTable, tableSpecs } from '../definition/tables.ts'

/** The name of the quarantine as a source, in runs and in lineage. */
export const QUARANTINE_URL = 'quarantine:'

/** Rows that could not be split into their columns cannot be checked again by them. */
const UNSPLIT = 'few_fields'

/**
 * Quarantined rows as a source, with their values as found, so that they go through the checks again and land as any rows
 * do. A row of which the lake has the same version or a newer one by now is left where it is.
 */
export function openQuarantineSource(lake: Lake, pipeline: Pipeline): Source {
  const columns = pipeline.source.columns.map(({ name }): FoundColumn => ({ name, type: 'text', declared: 'text' }))
  return {
    url: QUARANTINE_URL,
    partial: true,
    internal: true,
    describe: async () => ({ what: 'Quarantined rows', columns }),
    open: async () => ({
      columns,
      async extract({ stage, progress }) {
        const path = join(stage.folder, 'quarantined.parquet')
        const written = await stage.writeParquet(await releasableSql(lake, pipeline), path)
        progress(written.rows)
        return { parts: [{ files: [path], columns, rows: written.rows }], rows: written.rows, counted: written.rows }
      },
      async [Symbol.asyncDispose]() {},
    }),
  }
}

async function releasableSql(lake: Lake, pipeline: Pipeline): Promise<string> {
  const { source, rawName } = pipeline
  const select = async (name: string, columns?: string[]): Promise<string> => {
    const spec = tableSpecs(pipeline).find((one) => one.name === name)!
    const table = await openTable(lake, spec)
    const scan = await planScan(lake.storage, table, snapshotOf(table), evolvedSchema(table, spec.schema))
    return scanSql(scan, columns ? { columns } : {})
  }
  const read = (name: string): string => readAs(source, name, { name: `q.${name}`, type: 'text', declared: 'text' }, true)
  const named = (sql: string, name: string): string => sql.replaceAll(identifier(`q.${name}`), `q.${identifier(name)}`)
  const [key, cursor] = [source.key, source.cursor].map((name) => named(read(name), name))
  const [known, stamp] = [identifier(source.key), identifier(source.cursor)]
  return `SELECT ${source.columns.map(({ name }) => `q.${identifier(name)}`).join(', ')}
    FROM (${await select(quarantineName(pipeline))}) q
    LEFT JOIN (${await select(rawName, [source.key, source.cursor])}) r ON r.${known} = ${key}
    WHERE q.rule <> ${literal(UNSPLIT)} AND (r.${known} IS NULL OR r.${stamp} IS NULL OR ${cursor} > r.${stamp})`
}

/** SELECT of the places (`_file`, `_pos`) of quarantined rows whose keys are among the good ones now. */
export function releasedSql(pipeline: Pipeline, quarantine: string, good: string): string {
  const { source } = pipeline
  const key = readAs(source, source.key, { name: source.key, type: 'text', declared: 'text' }, true)
  return `SELECT _file, _pos FROM (${quarantine}) WHERE rule <> ${literal(UNSPLIT)}
    AND ${key} IN (SELECT ${identifier(source.key)} FROM read_parquet(${literal(good)}))`
}
