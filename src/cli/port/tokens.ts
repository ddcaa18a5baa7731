import type { Scope } from '../../model/scope.ts'

/** What the command line wants of tokens. */
export interface TokensPort {
  /** Makes a token; the only time that it is seen. Throws `token_exists`. */
  tokenAdd(wish: { name: string; scopes: readonly Scope[]; expiresInMs?: number }): Promise<NewToken>
  tokenList(): Promise<TokenFacts[]>
  /** Throws `token_missing`. */
  tokenRevoke(name: string): Promise<TokenFacts>
}

/** An element of `token list --json`. */
export interface TokenFacts {
  name: string
  scopes: Scope[]
  state: 'active' | 'expired' | 'revoked'
  created_at: string
  expires_at: string | null
  /** To the minute. */
  last_used_at: string | null
  revoked_at: string | null
}

/** `token add --json`. */
export interface NewToken extends TokenFacts {
  token: string
}
