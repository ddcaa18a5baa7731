import type { Variables } from '../../model/configuration.ts'
import type { SecretStore } from '../store.ts'
import { secretsInVariables, secretVariable, variableText } from '../variable.ts'

/** Secrets of the environment: `secret://mysql` is `BLOTTER_SECRET_MYSQL`, or the file that this name with `_FILE` has. */
export function openEnvironment(variables: Variables): SecretStore {
  return {
    kind: 'env',
    async read(name) {
      const found = variableText(secretVariable(name), variables)
      return found && { value: found.text }
    },
    list: async () => secretsInVariables(variables.names()).map((name) => ({ name, changedAt: null })),
  }
}
