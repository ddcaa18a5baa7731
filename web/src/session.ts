import { queryOptions, useQuery } from '@tanstack/react-query'
import { ask, Problem, rememberCsrf } from './api.ts'

export type Role = 'viewer' | 'operator' | 'admin'

export interface User {
  id: string
  email: string
  name: string
  role: Role
}

export interface Session {
  user: User | null
  /** True until the first user exists: then only a one-time link lets in. */
  first_user: boolean
  /** The city's accounts, where they are configured. */
  single_sign_on?: { name: string } | null
  csrf?: string
  /** How they signed in. */
  factor?: 'totp' | 'recovery' | 'passkey' | 'single_sign_on'
}

/** Who is looking, and what unsafe requests have to bring along. Invalidate `['session']` after logging in or out. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    const session = await ask<Session>('/session', { signal })
    rememberCsrf(session.csrf)
    return session
  },
  staleTime: 5 * 60_000,
})

export function useSession(): { session: Session | undefined; isStranger: boolean } {
  const { data, error } = useQuery(sessionQuery)
  return { session: data, isStranger: error !== null && Problem.of(error).status === 401 }
}

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 }

/** True if the user's role includes another one; for showing buttons, the server decides for itself. */
export function useMay(role: Role): boolean {
  const { session } = useSession()
  return session?.user != null && RANK[session.user.role] >= RANK[role]
}
