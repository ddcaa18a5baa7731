import type { Scope } from '../../model/scope.ts'
import { addToken, bearerOf, listTokens, revokeToken } from '../../state/identity/tokens.ts'
import { COMMAND_LINE, type Identities } from './identities.ts'

/** The verbs on tokens; the file of identities is made with the first token. */
export function tokens({ open, existing }: Identities) {
  return {
    tokenAdd: async (wish: { name: string; scopes: readonly Scope[]; expiresInMs?: number }) =>
      addToken(open(), { ...wish, actor: COMMAND_LINE }),
    async tokenList() {
      const known = existing()
      return known ? listTokens(known) : []
    },
    tokenRevoke: async (name: string) => revokeToken(open(), name, COMMAND_LINE),
    /** Who shows a token; undefined for a stranger. Another process may add and revoke meanwhile. */
    bearerOf(token: string) {
      const known = existing()
      return known && bearerOf(known, token)
    },
  }
}
