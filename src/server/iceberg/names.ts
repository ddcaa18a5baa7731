import { BlotterError } from '../../errors.ts'
import { noTable } from '../../catalog/refusal.ts'

/** Parts of a namespace are joined by the unit separator in paths (Iceberg REST catalog), by a point in SQL catalogs. */
const SEPARATOR = '\u001F'
const LONGEST = 200

export function partsOf(namespace: string): string[] {
  return namespace.split('.')
}

/** The namespace of a path, as the catalog names it. */
export function namespaceOfPath(text: string): string {
  return text.split(SEPARATOR).join('.')
}

/** A namespace that is to be made or written into. Throws `usage` for parts that could be no folder or no name in SQL. */
export function newNamespace(parts: readonly string[]): string {
  if (parts.length === 0) throw badName('', 'a namespace has at least one part')
  for (const part of parts) checkName(part)
  const namespace = parts.join('.')
  if (namespace.length > LONGEST) throw badName(namespace, `it is longer than ${LONGEST} characters`)
  return namespace
}

/** A table that is there, or is not: a name that could be none is of a table that does not exist. */
export function tableOfPath(namespace: string, name: string): string {
  const table = `${namespaceOfPath(namespace)}.${name}`
  if (problemOf(name) !== undefined) throw noTable(table)
  return table
}

/** A table that is to be made. Throws `usage` for a name that cannot be one. */
export function newTable(namespace: readonly string[], name: string): string {
  checkName(name)
  return `${newNamespace(namespace)}.${name}`
}

function checkName(name: string): void {
  const problem = problemOf(name)
  if (problem !== undefined) throw badName(name, problem)
}

/** Names become names of folders, and texts of others' SQL. */
function problemOf(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name.length > LONGEST) return `it is longer than ${LONGEST} characters`
  if (name.startsWith('.') || name.includes('.')) return 'it holds a point'
  // oxlint-disable-next-line no-control-regex -- They are what is refused.
  if (/[/\\\u0000-\u001F\u007F]/.test(name)) return 'it holds a slash or a control character'
  return name.trim() === name ? undefined : 'it begins or ends with a space'
}

function badName(name: string, why: string): BlotterError {
  return new BlotterError('usage', `"${name}" cannot be a name in this catalog: ${why}. Nothing was changed.`, {
    todo: 'Take letters, digits and underscores.',
    context: { name },
  })
}
