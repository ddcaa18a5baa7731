import { isCollection, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import type { z } from 'zod'
import { type Definition, definitionSchema } from './definition.ts'

/** What is wrong with a dashboard's file, and where. */
export interface DefinitionProblem {
  file: string
  line: number
  column: number
  message: string
}

export type Parsed =
  | { definition: Definition; problemAt: (path: readonly PropertyKey[], message: string) => DefinitionProblem }
  | { problems: DefinitionProblem[] }

/** Reads a dashboard's file; every mistake is told with its line and column, counted from 1. `file` is how people call it. */
export function parseDefinition(file: string, text: string): Parsed {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false })
  const problemAt = (offset: number, message: string): DefinitionProblem => {
    const { line, col } = counter.linePos(offset)
    return { file, line, column: col, message }
  }
  if (document.errors.length > 0)
    return { problems: document.errors.map(({ pos, message }) => problemAt(pos[0], `This is no YAML 1.2: ${message}`)) }
  let values: unknown
  try {
    values = document.toJS()
  } catch (error) {
    // Aliases are resolved only here: one without an anchor, or too many of them.
    return { problems: [problemAt(0, `This is no YAML 1.2: ${(error as Error).message}`)] }
  }
  const result = definitionSchema.safeParse(values)
  const contents = document.contents as Node | null
  if (result.success)
    return { definition: result.data, problemAt: (path, message) => problemAt(offsetOf(contents, path), message) }
  return {
    problems: result.error.issues.flatMap((issue) =>
      toldIssue(issue).map(({ path, message }) => problemAt(offsetOf(contents, path), message)),
    ),
  }
}

/** What a schema found, in words, and the path to where it is. */
export function toldIssue(issue: z.core.$ZodIssue): { path: readonly PropertyKey[]; message: string }[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const path = [...issue.path, key]
      return { path, message: `There is no key "${path.join('.')}".` }
    })
  const reason =
    issue.code === 'invalid_value'
      ? `expected one of ${issue.values.map(String).join(', ')}`
      : issue.message.replace(/^Invalid input: /, '').replace(', received undefined', ', which is missing')
  return [{ path: issue.path, message: `${issue.path.join('.') || 'The file'} is not as it has to be: ${reason}.` }]
}

/** Where the key or item stands that a path names, or the closest one above it. */
function offsetOf(root: Node | null, path: readonly PropertyKey[]): number {
  let node: unknown = root
  let offset = root?.range?.[0] ?? 0
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
      if (!pair) break
      offset = (pair.key as Node).range?.[0] ?? offset
      node = pair.value
    } else if (isCollection(node)) {
      node = node.items[Number(step)]
      offset = (node as Node | undefined)?.range?.[0] ?? offset
    } else break
  }
  return offset
}
