import { isMap, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import { BlotterError } from '../errors.ts'

/** A configuration file, read: its values, and where each of them stands. */
export interface ConfigFile {
  path: string
  values: Record<string, unknown>
  /** `line 3, column 5` of a key, or of the closest key above it that the file has. */
  placeOf(keys: readonly PropertyKey[]): string
}

/** Throws `config_invalid` for what is no YAML 1.2 or no map at its top, naming line and column. */
export function parseConfigFile(path: string, text: string): ConfigFile {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false })
  const problem = document.errors[0]
  if (problem) throw unreadable(`${path}, ${placeAt(counter, problem.pos[0])}: ${problem.message}.`, path)
  const values = valuesOf(document, path)
  if (typeof values !== 'object' || Array.isArray(values)) {
    throw new BlotterError(
      'config_invalid',
      `${path} holds ${Array.isArray(values) ? 'a list' : 'a text'}; keys such as \`lake: ./lake\` were expected.`,
      {
        todo: 'Write it as docs/configuration.md shows.',
        context: { file: path },
      },
    )
  }
  return {
    path,
    values: values as Record<string, unknown>,
    placeOf: (keys) => placeAt(counter, offsetOf(document, keys)),
  }
}

/** Aliases are only resolved here: one without an anchor, or too many of them, fails now. */
function valuesOf(document: Document, path: string): unknown {
  try {
    return document.toJS() ?? {}
  } catch (error) {
    throw unreadable(`${path}: ${(error as Error).message}.`, path)
  }
}

function unreadable(message: string, path: string): BlotterError {
  return new BlotterError('config_invalid', message, {
    todo: 'Correct the file there. Its format is YAML 1.2; docs/configuration.md shows one.',
    context: { file: path },
  })
}

function placeAt(counter: LineCounter, offset: number): string {
  const { line, col } = counter.linePos(offset)
  return `line ${line}, column ${col}`
}

function offsetOf(document: Document, keys: readonly PropertyKey[]): number {
  let node: Node | null | undefined = document.contents as Node | null
  let offset = node?.range?.[0] ?? 0
  for (const key of keys) {
    if (!isMap(node)) break
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
    if (!pair) break
    offset = (pair.key as Node).range?.[0] ?? offset
    node = pair.value as Node | null
  }
  return offset
}
