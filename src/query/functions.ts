import { BlotterError } from '../errors.ts'
import { identifier, literal } from '../model/sql-text.ts'

/** A table function that a query may call with REFs, such as `crimes_at('latest~1')`. */
export interface RefFunction {
  name: string
  /** What a call looks like, for whoever wrote it otherwise. */
  example: string
  parameters: number
  /** The SELECT that a call stands for. Throws `batch_missing` for a REF that names no batch. */
  select(refs: readonly string[]): Promise<string>
}

/** A call found in a statement. */
export interface RefCall {
  name: string
  refs: readonly string[]
}

/**
 * The calls of these functions in a parsed statement, each once. Throws `query_refused` for an argument that is no text:
 * which batches are read has to be known before anything is.
 */
export function refCalls(parsed: unknown, functions: readonly RefFunction[]): RefCall[] {
  const calls = new Map<string, RefCall>()
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, function: call } = node as { type?: unknown; function?: { function_name?: string; children?: unknown[] } }
    const called = type === 'TABLE_FUNCTION' ? call?.function_name?.toLowerCase() : undefined
    const known = functions.find((candidate) => candidate.name === called)
    if (known) {
      const refs = (call?.children ?? []).map(literalText)
      if (refs.length !== known.parameters || refs.includes(undefined)) throw notLiteral(known)
      calls.set(JSON.stringify([known.name, refs]), { name: known.name, refs: refs as string[] })
    }
    for (const inner of Object.values(node)) walk(inner)
  }
  walk(parsed)
  return [...calls.values()]
}

/**
 * The functions as macros of the engine (DuckDB). A macro holds the batches that are called for and no other; which of them
 * a call means is a comparison of two constants, so that the others cost nothing.
 */
export async function macroStatements(functions: readonly RefFunction[], calls: readonly RefCall[]): Promise<string[]> {
  const statements: string[] = []
  for (const { name, parameters, select } of functions) {
    const own = calls.filter((call) => call.name === name)
    if (own.length === 0) continue
    const names = Array.from({ length: parameters }, (_, i) => `blotter_ref_${i + 1}`)
    const parts: string[] = []
    for (const { refs } of own) {
      const meant = refs.map((ref, i) => `${names[i]} = ${literal(ref)}`).join(' AND ')
      parts.push(`SELECT * FROM (${await select(refs)}) WHERE ${meant}`)
    }
    // By name, as a table's columns may be others in another batch.
    statements.push(`CREATE MACRO ${identifier(name)}(${names.join(', ')}) AS TABLE ${parts.join(' UNION ALL BY NAME ')}`)
  }
  return statements
}

interface Constant {
  class?: string
  alias?: string
  value?: { type?: { id?: string }; is_null?: boolean; value?: unknown }
}

function literalText(node: unknown): string | undefined {
  const { class: kind, alias, value } = (node ?? {}) as Constant
  const isText = kind === 'CONSTANT' && !alias && value?.type?.id === 'VARCHAR' && !value.is_null
  return isText ? String(value.value) : undefined
}

function notLiteral({ name, parameters, example }: RefFunction): BlotterError {
  const expected = parameters === 1 ? 'one REF' : `${parameters} REFs`
  return new BlotterError(
    'query_refused',
    `${name}(…) takes ${expected} written out as text: which batches are read has to be known beforehand.`,
    {
      todo: `Write it like ${example}. A REF is a batch, a day, latest, latest~1 or a snapshot id, in single quotes.`,
      context: { function: name, expected: example },
    },
  )
}
