import { z } from 'zod'

/** Shapes of what the API answers: they document it, and tests hold the answers to them. */
export const batchAt = z
  .string()
  .meta({ description: 'Name of a batch: its execution timestamp in UTC.', examples: ['2026-11-23T06:00:00Z'] })

export const count = z.int().min(0)

export const countsByKind = z
  .record(z.string(), count)
  .meta({ description: 'Incidents by kind of change; kinds with none are left out.' })

export const batch = z
  .strictObject({
    batch_at: batchAt,
    run: z.string().meta({ description: 'The run that made it.' }),
    kind: z.enum(['full', 'incremental', 'restore']),
    rows: z.strictObject({ read: count, landed: count, unchanged: count, quarantined: count, swept: count }),
    changes: countsByKind,
    restore: z
      .looseObject({ table: z.string(), batch: batchAt, where: z.string().nullable() })
      .optional()
      .meta({ description: 'What a batch of kind restore brought back.' }),
  })
  .meta({ id: 'Batch' })

const column = z.strictObject({ name: z.string(), type: z.string(), doc: z.string().optional() })

export const table = z
  .strictObject({
    name: z.string().meta({ examples: ['raw.crimes'] }),
    doc: z.string(),
    rows: count,
    snapshot_id: z.string().meta({
      description:
        'Of the version that is read: the batch’s own, or what compaction has put in its place. A text, since it may have 63 bits.',
    }),
    batch_at: batchAt.meta({
      description: 'The batch that made its rows: older than the one asked for where that one changed nothing.',
    }),
    columns: z.array(column),
  })
  .meta({ id: 'Table' })

export const tablesAsOf = z.strictObject({ batch_at: batchAt, tables: z.array(table) }).meta({ id: 'TablesAsOf' })

export const problem = z
  .object({
    type: z.string().meta({ description: '`urn:blotter:error:CODE`, or about:blank.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().optional(),
    todo: z.string().optional().meta({ description: 'What to do.' }),
    line: z.int().min(1).optional().meta({ description: 'Where in a statement the mistake is.' }),
    column: z.int().min(1).optional(),
  })
  .meta({ id: 'Problem' })

/** A batch, a day, `latest`, `latest~1` or a snapshot id. */
export const ref = z
  .string()
  .min(1)
  .max(64)
  .meta({ description: 'A batch, a day, latest, latest~1 or a snapshot id.', examples: ['latest'] })

/** A key of the source: a text where a JavaScript number would not hold it. */
export const id = z.union([z.int(), z.string()])

/** An incident's columns, as the pipeline names them. */
export const incident = z.record(z.string(), z.unknown())

export const change = z
  .strictObject({
    id,
    kinds: z.array(z.string()),
    columns: z.array(z.string()).meta({ description: 'What differs; none where it came or went.' }),
    before: incident.nullable(),
    after: incident.nullable(),
  })
  .meta({ id: 'Change' })

/** Which part of a list is asked for. */
export const page = {
  offset: z.coerce.number().int().min(0).max(100_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(50),
}
