import type { BatchPlan, PlannedColumn, SourcePlan, StagedAs } from '../../engine/application.ts'
import { BlotterError } from '../../errors.ts'
import { BATCHES_TABLE, CHANGES_TABLE, changesColumn } from '../../history/ledger.ts'
import { kindNames } from '../../model/kinds.ts'
import { newTable } from '../../lake/table.ts'
import { type Pipeline, quarantineName } from '../../model/pipeline.ts'
import { isMysqlUrl } from '../../model/url-text.ts'
import type { Guards } from '../../pipeline/batch/context.ts'
import { type SourceColumns, sourceColumnsOf } from '../../pipeline/batch/guards.ts'
import { tableProperties, tableSpecs } from '../../pipeline/definition/tables.ts'
import { matchColumns } from '../../quality/columns.ts'
import type { FoundColumn } from '../../source/source.ts'

/** What the platform knows of MySQL and an engine does not. */
export interface MysqlWords {
  /** The table, qualified and quoted. */
  table: string
  /** How a column of a declared type is asked for, given its quoted name. */
  expression(declared: string, column: string): string
  quoted(name: string): string
}

/** What a plan is made of beside the source. */
export interface PlanParts {
  pipeline: Pipeline
  guards: Guards
  mapping: Readonly<Record<string, string>>
  codeVersion: string
}

/** A pipeline over a source as found, for an engine that compiles it. Throws what `matchColumns` throws. */
export function planBatch(
  parts: PlanParts,
  source: { url: string; columns: readonly FoundColumn[] },
  words: MysqlWords,
): BatchPlan {
  const { pipeline, guards, codeVersion } = parts
  return {
    pipeline,
    tables: tableSpecs(pipeline).map((spec) => ({
      name: spec.name,
      doc: spec.doc,
      schema: spec.schema,
      byBatch: spec.byBatch,
      // The same as of a table that Blotter makes, so that both engines find what they rely on.
      properties: {
        ...newTable({ ...spec, location: '', partitionBy: null }).metadata.properties,
        ...tableProperties(spec),
        ...SPARK_WRITES,
      },
    })),
    names: { changes: CHANGES_TABLE, batches: BATCHES_TABLE, quarantine: quarantineName(pipeline) },
    kinds: kindNames(pipeline.raw),
    changesColumn,
    source: planSource(parts, source, words),
    guards,
    codeVersion,
  }
}

/** How Spark writes: an unchanged incident is not rewritten, and rows stay where they are, since a batch is of one partition. */
export const SPARK_WRITES = {
  'write.merge.mode': 'merge-on-read',
  'write.update.mode': 'merge-on-read',
  'write.delete.mode': 'merge-on-read',
  'write.distribution-mode': 'none',
  'write.spark.fanout.enabled': 'true',
} as const

function planSource(
  { pipeline, mapping }: PlanParts,
  { url, columns }: { url: string; columns: readonly FoundColumn[] },
  words: MysqlWords,
): SourcePlan {
  const matching = matchColumns(pipeline.source, columns, mapping)
  const expression = ({ name, declared }: FoundColumn): string => words.expression(declared, `t.${words.quoted(name)}`)
  return {
    url,
    table: words.table,
    columns: matching.columns.map(({ column, found }): PlannedColumn => {
      if (!found) return { column }
      return { column, found: { name: found.name, expression: expression(found), staged: stagedAs(found) } }
    }),
    extra: matching.extra.map((found) => ({ name: found.name, expression: expression(found) })),
    known: JSON.stringify(sourceColumnsOf(url, matching) satisfies SourceColumns),
  }
}

/** Dates and times are text. */
function stagedAs({ type }: FoundColumn): StagedAs {
  return type === 'long' || type === 'double' ? type : 'text'
}

/** Throws `unsupported` for a source that Spark does not read. */
export function requireMysql(url: string): void {
  if (isMysqlUrl(url)) return
  throw new BlotterError(
    'unsupported',
    `The Spark engine reads MySQL and MariaDB, and ${url} is neither. Nothing was begun.`,
    {
      todo: 'Put it into a table first (`blotter load --from URL --into mysql://…`), or leave the batch to `--engine duckdb`.',
      context: { url },
    },
  )
}
