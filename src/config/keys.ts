import { configJsonSchema } from './schema.ts'

/** A key of `blotter.yaml` that holds a value, and the variable that overrides it. */
export interface ConfigKey {
  /** `alerts.email.host` */
  path: string
  /** `BLOTTER_ALERTS_EMAIL_HOST` */
  variable: string
  type: 'text' | 'number' | 'list' | 'map'
  /** Credentials are `secret://NAME` in the file; only the environment may hold the credential itself. */
  credential: boolean
  /** As it would be written in the file; undefined where nothing is the default. */
  default: string | undefined
  description: string
}

interface Node {
  type?: string
  properties?: Record<string, Node>
  default?: unknown
  description?: string
  writeOnly?: boolean
}

/** Every key that holds a value, in the order of the schema. */
export const CONFIG_KEYS: readonly ConfigKey[] = keysOf(configJsonSchema() as Node, [])

export function variableOf(path: string): string {
  return `BLOTTER_${path.toUpperCase().replaceAll('.', '_')}`
}

function keysOf(node: Node, path: readonly string[]): ConfigKey[] {
  if (node.properties) return Object.entries(node.properties).flatMap(([name, inner]) => keysOf(inner, [...path, name]))
  const name = path.join('.')
  const plain = node.default !== undefined && typeof node.default !== 'object'
  return [
    {
      path: name,
      variable: variableOf(name),
      type: typeOf(node),
      credential: node.writeOnly ?? false,
      default: plain ? String(node.default) : undefined,
      description: node.description ?? '',
    },
  ]
}

function typeOf(node: Node): ConfigKey['type'] {
  if (node.type === 'integer' || node.type === 'number') return 'number'
  if (node.type === 'array') return 'list'
  return node.type === 'object' ? 'map' : 'text'
}

/**
 * Reads the text of a variable or flag as the value that the file would hold: a number, a list `a,b`, a map `a=1,b=2`.
 * What is wrong with it is found by the schema, as for the file.
 */
export function valueOfText(key: ConfigKey, text: string): unknown {
  if (key.type === 'number') return /^-?\d+$/.test(text.trim()) ? Number(text) : text
  if (key.type === 'text') return text
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  if (key.type === 'list') return parts
  return Object.fromEntries(
    parts.map((part) => {
      const at = part.indexOf('=')
      return at < 0 ? [part, ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()]
    }),
  )
}
