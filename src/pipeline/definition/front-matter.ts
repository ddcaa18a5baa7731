import { createHash } from 'node:crypto'
import { parse } from 'yaml'
import { z } from 'zod'
import { BlotterError } from '../../errors.ts'
import type { SqlTable } from '../../model/pipeline.ts'

const TYPES = ['boolean', 'int', 'long', 'double', 'string', 'date', 'timestamp', 'timestamptz'] as const

const frontMatter = z.strictObject({
  mode: z.enum(['by-key', 'replace']),
  doc: z.string().min(1),
  columns: z.record(z.string(), z.strictObject({ type: z.enum(TYPES), doc: z.string().optional() })),
})

const SHAPE = /^\s*\/\*---\n([\s\S]*?)\n---\*\/\n([\s\S]*)$/

/** Reads a `.sql` file of a pipeline: YAML in a leading comment that names mode, doc and columns, then one SELECT. */
export function parseSqlTable(name: string, text: string, knownTables: readonly string[]): SqlTable {
  const parts = SHAPE.exec(text)
  if (!parts) throw invalid(name, 'It does not begin with front matter between /*--- and ---*/.')
  let head: z.infer<typeof frontMatter>
  try {
    head = frontMatter.parse(parse(parts[1]!))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message
    throw invalid(name, `Its front matter is wrong: ${why}`)
  }
  const sql = parts[2]!.trim().replace(/;$/, '')
  const bare = sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
  const mentioned = [...bare.matchAll(/\b([a-z_]+\.[a-z_0-9]+)\b/gi)].map((m) => m[1]!.toLowerCase())
  return {
    name,
    mode: head.mode,
    doc: head.doc,
    columns: Object.entries(head.columns).map(([column, { type, doc }]) => ({
      name: column,
      type,
      ...(doc ? { doc } : {}),
    })),
    sql,
    hash: createHash('sha256').update(text).digest('hex'),
    reads: [...new Set(mentioned)].filter((table) => knownTables.includes(table)),
  }
}

function invalid(table: string, why: string): BlotterError {
  return new BlotterError('pipeline_invalid', `The SQL file of ${table} cannot be used. ${why}`, {
    todo: 'Mend the file; `pipelines/chicago-crimes/` shows how one looks.',
    context: { table },
  })
}
