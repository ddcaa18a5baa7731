import type { Pipeline } from '../../src/model/pipeline.ts'
import type { Type } from '../../src/model/schema.ts'
import { tableSpecs } from '../../src/pipeline/definition/tables.ts'

/** A statement of Trino's SQL that people find in the workgroup. */
export interface SavedQuery {
  database: string
  description: string
  sql: string
}

/** A view over the lake: what it is for, its SELECT, and the types of its columns in Trino's words. */
export interface View {
  description: string
  sql: string
  columns: readonly { name: string; type: string }[]
}

/** The database that the views are in. */
export const VIEWS = 'views'

/** Queries to begin with: of the raw table, of the processed one, of the past, and of the ledger. `batch` stands where people put theirs. */
export function namedQueries(pipeline: Pipeline, batch: string): Record<string, SavedQuery> {
  const raw = pipeline.rawName
  const processed = processedOf(pipeline)?.name ?? raw
  const of = (table: string, description: string, sql: string): SavedQuery => ({
    database: table.split('.', 1)[0]!,
    description,
    sql,
  })
  return {
    raw: of(raw, 'Some rows of the raw table.', `SELECT * FROM ${raw} LIMIT 100`),
    processed: of(processed, 'Some rows of the processed table.', `SELECT * FROM ${processed} LIMIT 100`),
    'raw-as-of-batch': of(
      raw,
      'The raw table as of one batch: the tag of the batch names the version.',
      `SELECT * FROM ${raw} FOR VERSION AS OF '${batch}' LIMIT 100`,
    ),
    'processed-as-of-batch': of(
      processed,
      'The processed table as of one batch.',
      `SELECT * FROM ${processed} FOR VERSION AS OF '${batch}' LIMIT 100`,
    ),
    'view-as-of-batch': of(
      `${VIEWS}.raw`,
      'Makes a view of the raw table as of one batch, for other tools.',
      `CREATE OR REPLACE VIEW ${VIEWS}.${viewName(raw)}_as_of AS ${asOf(pipeline, raw, `VERSION AS OF '${batch}'`).sql}`,
    ),
    'changes-of-newest-batch': of(
      'history.changes',
      'What the newest batch changed, by kind.',
      `SELECT kind, count(*) AS incidents
FROM history.changes CROSS JOIN UNNEST(kinds) AS k (kind)
WHERE batch_at = (SELECT max(batch_at) FROM history.batches)
GROUP BY kind ORDER BY incidents DESC`,
    ),
    'life-of-an-incident': of(
      'history.changes',
      'Every change of one incident.',
      `SELECT batch_at, kinds, columns, before, after FROM history.changes WHERE ${pipeline.source.key} = 1 ORDER BY batch_at`,
    ),
    batches: of('history.batches', 'All batches, newest first.', 'SELECT * FROM history.batches ORDER BY batch_at DESC'),
  }
}

/**
 * Views that are there from the start. Their columns' types are said in the SQL itself: a view of Glue keeps them beside it, and
 * the two have to agree.
 */
export function views(pipeline: Pipeline): Record<string, View> {
  const tables = [pipeline.rawName, processedOf(pipeline)?.name].filter((name) => name !== undefined)
  const past = tables.map((table) => [
    `${viewName(table)}_a_day_ago`,
    {
      description: `${table} as it was a day ago.`,
      ...asOf(pipeline, table, `TIMESTAMP AS OF (current_timestamp - INTERVAL '1' DAY)`),
    },
  ])
  return {
    ...(Object.fromEntries(past) as Record<string, View>),
    changes_by_kind: {
      description: 'How many incidents each batch changed, by kind.',
      sql: `SELECT CAST(to_iso8601(batch_at) AS varchar) AS batch, CAST(kind AS varchar) AS kind, count(*) AS incidents
FROM history.changes CROSS JOIN UNNEST(kinds) AS k (kind) GROUP BY 1, 2`,
      columns: [
        { name: 'batch', type: 'varchar' },
        { name: 'kind', type: 'varchar' },
        { name: 'incidents', type: 'bigint' },
      ],
    },
  }
}

/** A table as it was (`VERSION AS OF …`, `TIMESTAMP AS OF …`), its columns of types that views in Glue can have. */
function asOf(pipeline: Pipeline, table: string, when: string): Pick<View, 'sql' | 'columns'> {
  const { fields } = tableSpecs(pipeline).find(({ name }) => name === table)!.schema
  const cast = fields.map(({ name, type }) => {
    const value = type === 'timestamptz' ? `to_iso8601("${name}")` : `"${name}"`
    return `CAST(${value} AS ${trinoType(type)}) AS "${name}"`
  })
  return {
    sql: `SELECT ${cast.join(', ')} FROM ${table} FOR ${when}`,
    columns: fields.map(({ name, type }) => ({ name, type: trinoType(type) })),
  }
}

/** `raw.crimes` is `crimes` among the views. */
function viewName(table: string): string {
  return table.split('.')[1]!
}

/** The table that the analysis is of; undefined where the pipeline has none. */
export function processedOf(pipeline: Pipeline): Pipeline['tables'][number] | undefined {
  return pipeline.tables.find(({ mode }) => mode === 'by-key')
}

/** Of a column of a view in Glue, where Athena knows milliseconds and no zones: instants are text there. */
function trinoType(type: Type): string {
  return TRINO[String(type)] ?? 'varchar'
}

const TRINO: Readonly<Record<string, string>> = {
  long: 'bigint',
  int: 'integer',
  double: 'double',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp(3)',
}
