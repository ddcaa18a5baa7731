import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { ask } from '../../api.ts'
import type { Role } from '../../session.ts'

export interface Account {
  id: string
  email: string
  name: string
  role: Role
  two_factor: boolean
  passkeys: number
  recovery_codes_left: number
  has_password: boolean
}

export interface OwnSession {
  id: string
  factor: 'totp' | 'recovery' | 'passkey' | 'single_sign_on'
  created_at: string
  expires_at: string
  ip_address: string | null
  user_agent: string | null
  is_this: boolean
}

export interface Passkey {
  id: string
  name: string
  created_at: string
  last_used_at: string | null
}

export interface UserFacts {
  id: string
  email: string
  name: string
  role: Role
  state: 'invited' | 'active'
  two_factor: boolean
  passkeys: number
  created_at: string
  last_login_at: string | null
}

export interface NewLink {
  path: string
  expires_at: string
}

export interface TokenFacts {
  name: string
  scopes: string[]
  state: 'active' | 'expired' | 'revoked'
  created_at: string
  expires_at: string | null
  last_used_at: string | null
}

export interface Act {
  at: string
  actor: string
  act: string
  subject: string
  details: Record<string, unknown>
}

const read = <T>(path: string) =>
  queryOptions({ queryKey: ['settings', path], queryFn: ({ signal }) => ask<T>(path, { signal }), staleTime: 0 })

export const accountQuery = read<Account>('/account')
export const sessionsQuery = read<OwnSession[]>('/sessions')
export const passkeysQuery = read<Passkey[]>('/passkeys')
export const usersQuery = read<UserFacts[]>('/users')
export const tokensQuery = read<TokenFacts[]>('/tokens')
export const actsQuery = read<Act[]>('/audit?limit=200')

/** A change, after which everything of the settings is read again. */
export function useChange<Given, Result>(change: (given: Given) => Promise<Result>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () => client.invalidateQueries({ queryKey: ['settings'] }),
  })
}

export const FACTOR_WORDS: Record<OwnSession['factor'], string> = {
  totp: 'password and code',
  recovery: 'recovery code',
  passkey: 'passkey',
  single_sign_on: 'single sign-on',
}

/** `Firefox on Linux`, as far as a browser says. */
export function browserName(agent: string | null): string {
  if (!agent) return 'A program'
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\//.exec(agent)?.[1] ?? 'A browser'
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux|CrOS)/.exec(agent)?.[1]
  const name = { Edg: 'Edge', OPR: 'Opera' }[browser] ?? browser
  return system ? `${name} on ${system.replace('Mac OS X', 'macOS')}` : name
}
