import type { Scope } from '../../model/scope.ts'
import type { NewToken, TokenFacts } from '../../state/identity/tokens.ts'

/** What the command line wants of tokens. */
export interface TokensPort {
  /** Makes a token; the only time that it is seen. Throws `token_exists`. */
  tokenAdd(wish: { name: string; scopes: readonly Scope[]; expiresInMs?: number }): Promise<NewToken>
  tokenList(): Promise<TokenFacts[]>
  /** Throws `token_missing`. */
  tokenRevoke(name: string): Promise<TokenFacts>
}
