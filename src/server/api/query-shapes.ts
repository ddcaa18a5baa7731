import { z } from 'zod'
import { batchAt, ref } from './shapes.ts'

/** Shapes of what the console asks and is answered. */
export const sql = z
  .string()
  .min(1)
  .max(100_000)
  .meta({ description: 'One statement that reads.', examples: ['select count(*) from raw.crimes'] })

export const queryName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .meta({ description: 'By which the query can be cancelled while it runs.' })

export const asked = { sql, at: ref.default('latest'), query: queryName.optional() }

const column = z.strictObject({ name: z.string(), type: z.string() })

export const queryAnswer = z
  .strictObject({
    query: queryName,
    batch_at: batchAt,
    columns: z.array(column),
    rows: z.array(z.array(z.unknown())).meta({ description: 'Values in the order of the columns.' }),
    is_truncated: z.boolean().meta({ description: 'True where there are more rows than were asked for, or granted.' }),
    seconds: z.number(),
  })
  .meta({ id: 'QueryResult' })

export const cancelAnswer = z
  .strictObject({ query: queryName, state: z.enum(['running', 'succeeded', 'failed', 'cancelled']) })
  .meta({ id: 'QueryState' })

export const history = z
  .strictObject({
    total: z.int().min(0),
    queries: z.array(
      z.strictObject({
        query: z.string(),
        sql: z.string(),
        batch_at: batchAt.nullable(),
        state: z.enum(['succeeded', 'failed', 'cancelled']),
        started_at: z.string(),
        seconds: z.number(),
        rows: z.int().min(0).nullable(),
        problem: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'QueryHistory' })

export const completions = z
  .strictObject({
    batch_at: batchAt,
    tables: z.array(
      z.strictObject({
        name: z.string(),
        doc: z.string(),
        columns: z.array(z.strictObject({ name: z.string(), type: z.string(), doc: z.string().optional() })),
      }),
    ),
    functions: z.array(z.strictObject({ name: z.string(), example: z.string() })),
  })
  .meta({ id: 'Completions' })

export const savedName = z
  .string()
  .min(1)
  .max(80)
  .meta({ description: 'Letters, digits, spaces, ".", "_" and "-".', examples: ['Types by month'] })

export const savedQuery = z
  .strictObject({
    name: savedName,
    sql: z.string(),
    at: z.string().optional(),
    doc: z.string().optional(),
    saved_by: z.string().optional(),
    saved_at: z.string().optional(),
  })
  .meta({ id: 'SavedQuery' })

export const citation = z
  .strictObject({
    citation: z.string().meta({ examples: ['4f0c2a9b7d1e6358'] }),
    query: z.string(),
    batch_at: batchAt,
    refs: z.record(z.string(), batchAt).meta({ description: 'Which batches the REFs in the query meant.' }),
    columns: z.array(column),
    rows: z.int().min(0),
    sha256: z.string().meta({ description: 'Of the result in its canonical form: docs/query.md.' }),
    code_version: z.string(),
    cited_at: z.string(),
    cited_by: z.string(),
    result: z.array(z.string()).optional().meta({ description: 'The canonical lines of a small result.' }),
  })
  .meta({ id: 'Citation' })

const told = z.strictObject({ rows: z.int().min(0), sha256: z.string() })

export const citationCheck = z
  .strictObject({
    citation: z.string(),
    is_same: z.boolean(),
    batch_at: batchAt,
    expected: told,
    found: told,
    within_rounding: z.boolean(),
  })
  .meta({ id: 'CitationCheck' })
