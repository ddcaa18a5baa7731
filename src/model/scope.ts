/** What a token may do. Each grants what it says and nothing else: writing does not include reading. */
export const SCOPES = ['catalog:read', 'catalog:write', 'pipeline:write', 'api', 'metrics'] as const

export type Scope = (typeof SCOPES)[number]

/** Whoever has shown a token that is good. */
export interface Bearer {
  /** The token's name. */
  name: string
  scopes: readonly Scope[]
}

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text)
}
