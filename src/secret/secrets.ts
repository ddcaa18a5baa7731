import { monotonicSeconds } from '../clock.ts'
import { BlotterError } from '../errors.ts'
import { redaction } from '../log/redaction.ts'
import type { Secret, SecretFacts, SecretKeeping, SecretStore } from './store.ts'
import { secretVariable } from './variable.ts'

/** A secret that is known by name, and which of the stores gives it. */
export interface ListedSecret extends SecretFacts {
  from: SecretStore['kind']
}

/** All secrets: those of the environment first, then those of the backend. */
export interface Secrets {
  readonly backend: SecretStore['kind']
  /** A value is remembered for a minute unless `renewed` asks past it. Throws `secret_missing`. */
  read(name: string, options?: { renewed?: boolean }): Promise<Secret>
  /** Whether a variable gives this secret, whatever the backend has under its name. */
  inEnvironment(name: string): Promise<boolean>
  /** By name. */
  list(): Promise<ListedSecret[]>
  /** Where `name` can be kept. Throws `usage` where the environment gives it or the backend cannot keep any. */
  keeping(name: string): Promise<SecretKeeping>
}

/** How long a value is good before its store is asked again. */
const REMEMBERED_SECONDS = 60

/** Opens the secrets of an environment and of a backend, which may be the environment itself. */
export function openSecrets(environment: SecretStore, backend: SecretStore = environment): Secrets {
  const remembered = new Map<string, { secret: Secret; untilSeconds: number }>()
  const inEnvironment = async (name: string): Promise<boolean> => (await environment.read(name)) !== undefined
  return {
    backend: backend.kind,
    inEnvironment,
    async read(name, { renewed = false } = {}) {
      const known = remembered.get(name)
      if (known && !renewed && monotonicSeconds() < known.untilSeconds) return known.secret
      const secret = (await environment.read(name)) ?? (backend === environment ? undefined : await backend.read(name))
      if (!secret) throw secretMissing(name, backend.kind)
      redaction.keep(secret.value)
      remembered.set(name, { secret, untilSeconds: monotonicSeconds() + REMEMBERED_SECONDS })
      return secret
    },
    async list() {
      const listed = new Map<string, ListedSecret>()
      for (const facts of await backend.list()) listed.set(facts.name, { ...facts, from: backend.kind })
      for (const facts of backend === environment ? [] : await environment.list()) {
        // A variable's name knows neither capitals nor dashes.
        const same = [...listed.keys()].find((name) => secretVariable(name) === secretVariable(facts.name))
        listed.set(same ?? facts.name, { ...facts, name: same ?? facts.name, from: environment.kind })
      }
      return [...listed.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    async keeping(name) {
      if (!backend.keeping) throw onlyRead(name)
      if (backend !== environment && (await inEnvironment(name))) throw overridden(name, backend.kind)
      const { write, stage, staged, promote } = backend.keeping
      const changing = async (work: Promise<void>): Promise<void> => {
        await work
        remembered.delete(name)
      }
      return {
        async write(at, value) {
          redaction.keep(value)
          await changing(write(at, value))
        },
        async stage(at, value) {
          redaction.keep(value)
          await stage(at, value)
        },
        async staged(at) {
          const value = await staged(at)
          if (value !== undefined) redaction.keep(value)
          return value
        },
        promote: async (at) => {
          remembered.delete(at)
          await changing(promote(at))
        },
      }
    },
  }
}

/** That a secret is nowhere, with how to store it in this backend. */
export function secretMissing(name: string, backend: SecretStore['kind']): BlotterError {
  const variable = secretVariable(name)
  const places = {
    env: `neither ${variable} nor ${variable}_FILE is set`,
    vault: `the vault has no entry "${name}", and neither ${variable} nor ${variable}_FILE is set`,
    aws: `AWS Secrets Manager has no secret for "${name}", and neither ${variable} nor ${variable}_FILE is set`,
  }
  const todo = {
    env: `Run \`blotter secret set ${name}\` to keep it encrypted; or set ${variable}, or ${variable}_FILE to a file with it.`,
    vault: `Run \`blotter secret set ${name}\`; it asks for the value, or reads it from stdin.`,
    aws: `Run \`blotter secret set ${name}\`, or make the secret there; \`secrets.prefix\` stands before its name.`,
  }
  return new BlotterError('secret_missing', `secret://${name} is not stored: ${places[backend]}.`, {
    todo: todo[backend],
    context: { secret: name, backend, variable },
  })
}

function onlyRead(name: string): BlotterError {
  const message = 'The backend of secrets is the environment, which Blotter cannot write. Nothing was stored.'
  return new BlotterError('usage', message, {
    todo: `Set ${secretVariable(name)} where Blotter is started, or \`secrets: { backend: vault }\` in blotter.yaml.`,
    context: { secret: name, backend: 'env' },
  })
}

function overridden(name: string, backend: SecretStore['kind']): BlotterError {
  const variable = secretVariable(name)
  const message = `${variable} (or ${variable}_FILE) gives this secret, whatever the ${backend} holds. Nothing was stored.`
  return new BlotterError('usage', message, {
    todo: `Remove the variable where Blotter is started, then do this again.`,
    context: { secret: name, backend, variable },
  })
}
