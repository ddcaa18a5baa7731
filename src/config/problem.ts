import type { z } from 'zod'
import { BlotterError } from '../errors.ts'
import { STEPS } from '../model/report.ts'
import type { ConfigFile } from './file.ts'
import { CONFIG_KEYS, variableOf } from './keys.ts'
import { nearest } from './nearest.ts'

/** Where the value of a key came from: `--lake`, `BLOTTER_LAKE`, or the file. */
export type Origins = ReadonlyMap<string, string>

/** What the schema found wrong, as one error: the first problem in full, the others in a line each. */
export function configProblem(error: z.ZodError, file: ConfigFile | undefined, origins: Origins): BlotterError {
  const problems = error.issues.flatMap((issue) => describe(issue, file, origins))
  const [first, ...others] = problems
  const rest = others.map((problem) => `\n  also: ${problem.message}`).join('')
  return new BlotterError('config_invalid', `${first!.message}${rest}`, {
    todo: first!.todo,
    context: { key: first!.key, ...(file ? { file: file.path } : {}), keys: problems.map((problem) => problem.key) },
  })
}

interface Problem {
  key: string
  message: string
  todo: string
}

const SEE = 'docs/configuration.md has every key with its default.'

function describe(issue: z.core.$ZodIssue, file: ConfigFile | undefined, origins: Origins): Problem[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(issue.path, key, file))
  const key = issue.path.join('.')
  const where = placed(issue.path, file, origins)
  if (isCredential(key)) return [literalCredential(key, where)]
  return [{ key, message: `${where}: ${key} is not as it has to be: ${reason(issue)}.`, todo: `Correct ${key}. ${SEE}` }]
}

function reason(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`
  return issue.message.replace(/^Invalid input: /, '').replace(', received undefined', ', which is missing')
}

function unknownKey(path: readonly PropertyKey[], key: string, file: ConfigFile | undefined): Problem {
  const full = [...path, key].join('.')
  const prefix = path.length > 0 ? `${path.join('.')}.` : ''
  const siblings = [...new Set(siblingsOf(prefix))]
  const meant = nearest(key, siblings)
  const where = file ? `${file.path}, ${file.placeOf([...path, key])}` : 'The configuration'
  return {
    key: full,
    message: `${where}: there is no key "${full}".`,
    todo: meant ? `Did you mean "${prefix}${meant}"? ${SEE}` : `Known keys there: ${siblings.join(', ')}. ${SEE}`,
  }
}

function siblingsOf(prefix: string): string[] {
  if (prefix === 'sla.steps.') return [...STEPS]
  return CONFIG_KEYS.filter((key) => key.path.startsWith(prefix)).map((key) => key.path.slice(prefix.length).split('.')[0]!)
}

function placed(path: readonly PropertyKey[], file: ConfigFile | undefined, origins: Origins): string {
  for (let length = path.length; length > 0; length--) {
    const origin = origins.get(path.slice(0, length).join('.'))
    if (origin) return origin
  }
  return file ? `${file.path}, ${file.placeOf(path)}` : 'The configuration'
}

function isCredential(path: string): boolean {
  return CONFIG_KEYS.some((key) => key.path === path && key.credential)
}

/** Says how to store a credential; never what stood there. */
function literalCredential(key: string, where: string): Problem {
  const name = key.split('.').at(-2) ?? 'source'
  return {
    key,
    message: `${where}: ${key} holds something else than secret://NAME. A credential never stands in this file.`,
    todo:
      `Write \`secret://${name}\` there and store the credential: \`blotter secret set ${name}\`, or as the variable ` +
      `BLOTTER_SECRET_${name.toUpperCase()}, or in a file that BLOTTER_SECRET_${name.toUpperCase()}_FILE names. ` +
      `${variableOf(key)} works without the file.`,
  }
}
