import type { Clock } from '../clock.ts'
import type { Scope } from '../model/scope.ts'
import { identityExists, type Identity, openIdentity } from '../state/identity/identity.ts'
import { addToken, bearerOf, listTokens, revokeToken } from '../state/identity/tokens.ts'

/** Who acts when a verb is typed: whoever may write the state folder. */
const ACTOR = 'command line'

/** The verbs on tokens; the file of identities is made with the first token. */
export function tokens(parts: { config: { state: string }; clock: Clock }) {
  let identity: Identity | undefined
  const open = (): Identity => (identity ??= openIdentity(parts.config.state, parts.clock))
  const existing = (): Identity | undefined => (identity || identityExists(parts.config.state) ? open() : undefined)
  return {
    tokenAdd: async (wish: { name: string; scopes: readonly Scope[]; expiresInMs?: number }) =>
      addToken(open(), { ...wish, actor: ACTOR }),
    async tokenList() {
      const known = existing()
      return known ? listTokens(known) : []
    },
    tokenRevoke: async (name: string) => revokeToken(open(), name, ACTOR),
    /** Who shows a token; undefined for a stranger. Another process may add and revoke meanwhile. */
    bearerOf(token: string) {
      const known = existing()
      return known && bearerOf(known, token)
    },
    closeIdentity: () => identity?.close(),
  }
}
