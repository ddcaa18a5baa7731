import { BlotterError } from '../errors.ts'
import type { Variables } from '../model/configuration.ts'

export interface Given {
  text: string
  /** `BLOTTER_SECRET_MYSQL`, or with `_FILE`. */
  origin: string
}

/** A credential from `VARIABLE`, or from the file that `VARIABLE_FILE` names, its last line break cut off. */
export function variableText(variable: string, { get, readFile }: Omit<Variables, 'names'>): Given | undefined {
  const text = get(variable)
  if (text !== undefined && text !== '') return { text, origin: variable }
  const path = get(`${variable}_FILE`)
  if (path === undefined || path === '') return undefined
  const content = readFile(path)
  if (content !== undefined) return { text: content.replace(/\r?\n$/, ''), origin: `${variable}_FILE` }
  throw new BlotterError('config_invalid', `${variable}_FILE names ${path}, which does not exist.`, {
    todo: `Write the credential into that file, or set ${variable}.`,
    context: { file: path, variable: `${variable}_FILE` },
  })
}

const PREFIX = 'BLOTTER_SECRET_'

/** The variable of a secret: `mysql-ro` is `BLOTTER_SECRET_MYSQL_RO`. */
export function secretVariable(name: string): string {
  return `${PREFIX}${name.toUpperCase().replaceAll('-', '_')}`
}

/** Names of the secrets that the environment holds, as one would write them. */
export function secretsInVariables(names: readonly string[]): string[] {
  const found = names.filter((name) => name.startsWith(PREFIX))
  const bare = found.map((name) =>
    name
      .slice(PREFIX.length)
      .replace(/_FILE$/, '')
      .toLowerCase(),
  )
  return [...new Set(bare)].filter((name) => /^[a-z]/.test(name)).sort()
}
