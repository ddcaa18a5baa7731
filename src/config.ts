import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseConfigFile, type ConfigFile } from './config/file.ts'
import { CONFIG_KEYS, valueOfText, type ConfigKey } from './config/keys.ts'
import { nearest } from './config/nearest.ts'
import { openLineageOf } from './config/open-lineage.ts'
import { refusePasswordInUrl } from './config/password-in-url.ts'
import { configProblem } from './config/problem.ts'
import { configSchema, SECRET } from './config/schema.ts'
import { shaped } from './config/shape.ts'
import { tracingOf } from './config/tracing.ts'
import { BlotterError } from './errors.ts'
import { redaction } from './log/redaction.ts'
import type { Config, Credential, Variables } from './model/configuration.ts'
import { secretMissing } from './secret/secrets.ts'
import { secretVariable, type Given, variableText } from './secret/variable.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Keys that flags of the command line set; values are texts as in a `BLOTTER_*` variable. */
const FLAG_KEYS = {
  source: 'source.url',
  lake: 'lake',
  pipeline: 'pipeline',
  engine: 'engine',
  master: 'spark.master',
  memory: 'memory',
  port: 'server.port',
} as const

export type ConfigFlags = { readonly [name in keyof typeof FLAG_KEYS]?: string | undefined }

export interface ConfigInputs {
  /** `--config`; default `BLOTTER_CONFIG`, else `blotter.yaml` in `cwd` where there is one. */
  file?: string | undefined
  env: Environment
  flags: ConfigFlags
  cwd: string
  /** The text of a file, or undefined where there is none. Default: the disk. */
  readFile?: (path: string) => string | undefined
}

/** The process's environment and folder: the only place that reads them. */
export function processInputs(): { env: Environment; cwd: string } {
  return { env: process.env, cwd: process.cwd() }
}

/**
 * Puts the configuration together: flag, then `BLOTTER_*` variable, then file, then default. Paths in the file are
 * relative to it, others to `cwd`. Throws `config_invalid` for unknown keys, wrong values and credentials in the open.
 */
export function loadConfig(inputs: ConfigInputs): Config {
  const readFile = inputs.readFile ?? readFromDisk
  const variables: Variables = { get: (name) => inputs.env[name], names: () => Object.keys(inputs.env), readFile }
  hideCredentials(inputs.env)
  const file = findFile(inputs, readFile)
  const origins = new Map<string, string>()
  const literals = new Map<string, Credential>()
  const values: Record<string, unknown> = structuredClone(file?.values ?? {})

  for (const key of CONFIG_KEYS) {
    const given = overriding(key, inputs, variables)
    if (!given) continue
    origins.set(key.path, given.origin)
    if (key.credential && !SECRET.test(given.text)) {
      redaction.keep(given.text)
      literals.set(key.path, async () => given.text)
      setAt(values, key.path, undefined)
    } else {
      setAt(values, key.path, valueOfText(key, given.text))
    }
  }

  const checked = configSchema.safeParse(values)
  if (!checked.success) throw configProblem(checked.error, file, origins)
  const credential = (path: string, reference: string | undefined): Credential | undefined =>
    literals.get(path) ?? (reference === undefined ? undefined : stored(reference, variables))
  refusePasswordInUrl(checked.data.source.url, origins.get('source.url') ?? file?.path)
  return shaped(checked.data, {
    file,
    credential,
    variables,
    pathOf: (key, text) => resolve(origins.has(key) || !file ? inputs.cwd : dirname(file.path), text),
    isFlag: (key) => origins.has(key),
    openLineage: openLineageOf(inputs.env, (variable) => given(variable, variables)),
    tracing: tracingOf(inputs.env, (variable) => given(variable, variables)),
    notices: strangeVariables(inputs.env),
  })
}

/** A credential that a variable, or the file that it names, holds itself. */
function given(variable: string, variables: Variables): Credential | undefined {
  const found = variableText(variable, variables)
  if (found) redaction.keep(found.text)
  return found && (async () => found.text)
}

function findFile(inputs: ConfigInputs, readFile: (path: string) => string | undefined): ConfigFile | undefined {
  const named = inputs.file ?? (inputs.env['BLOTTER_CONFIG'] || undefined)
  const path = resolve(inputs.cwd, named ?? 'blotter.yaml')
  const text = readFile(path)
  if (text !== undefined) return parseConfigFile(path, text)
  if (named === undefined) return undefined
  throw new BlotterError('config_invalid', `There is no configuration file ${path}.`, {
    todo: 'Name one that exists, or leave `--config` out: the defaults and BLOTTER_* variables are enough for a start.',
    context: { file: path },
  })
}

function readFromDisk(path: string): string | undefined {
  try {
    // What is no UTF-8 would be another name, or another password, without a word.
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is no text in UTF-8' : message
    throw new BlotterError('config_invalid', `${path} cannot be read: ${why}.`, {
      todo: 'Make it a readable file, in UTF-8.',
      context: { file: path },
      cause: error,
    })
  }
}

function overriding(key: ConfigKey, { flags, env }: ConfigInputs, variables: Variables): Given | undefined {
  for (const [flag, path] of Object.entries(FLAG_KEYS)) {
    const text = flags[flag as keyof ConfigFlags]
    if (path === key.path && text !== undefined) return { text, origin: `--${flag}` }
  }
  if (key.credential) return variableText(key.variable, variables)
  const text = env[key.variable]
  return text === undefined || text === '' ? undefined : { text, origin: key.variable }
}

/** A secret as the environment has it; `openPlatform` lets it be found in the vault or at AWS as well. */
function stored(reference: string, variables: Variables): Credential {
  const name = SECRET.exec(reference)?.[1] ?? reference
  const read = async (): Promise<string> => {
    const found = variableText(secretVariable(name), variables)
    if (!found) throw secretMissing(name, 'env')
    redaction.keep(found.text)
    return found.text
  }
  return Object.assign(read, { secret: name })
}

/** Variables that hold a credential as it is, of Blotter's and of AWS's client. */
const OPEN_CREDENTIALS = /^(?:BLOTTER_(?:SECRET_.+|VAULT_KEY|VAULT_PASSPHRASE)|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN)$/

/** Whether or not they are asked for, they must not show. */
function hideCredentials(env: Environment): void {
  for (const [name, text] of Object.entries(env)) {
    if (text !== undefined && OPEN_CREDENTIALS.test(name) && !name.endsWith('_FILE')) redaction.keep(text)
  }
}

/** Variables that are read by other parts, by `npm start`, or by the tests. */
const OTHER_VARIABLES =
  /^BLOTTER_(?:CONFIG|SECRET_.+|VAULT_(?:KEY|PASSPHRASE(?:_FILE)?)|NO_SERVE|(?:TEST|INTEROP)_.+|NODE.*)$/

function strangeVariables(env: Environment): string[] {
  const known = CONFIG_KEYS.flatMap((key) => (key.credential ? [key.variable, `${key.variable}_FILE`] : [key.variable]))
  return Object.keys(env)
    .filter((name) => name.startsWith('BLOTTER_') && !known.includes(name) && !OTHER_VARIABLES.test(name))
    .map((name) => {
      const meant = nearest(bare(name), known.map(bare))
      return `The variable ${name} sets nothing${meant ? `; did you mean BLOTTER_${meant}?` : '.'}`
    })
}

/** What all of them begin with makes none of them alike. */
function bare(variable: string): string {
  return variable.slice('BLOTTER_'.length)
}

function setAt(values: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop()!
  let at = values
  for (const name of names) {
    const inner = at[name]
    if (typeof inner !== 'object' || inner === null) at[name] = {}
    at = at[name] as Record<string, unknown>
  }
  if (value === undefined) delete at[last]
  else at[last] = value
}
