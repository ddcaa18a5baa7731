import type { Scope } from './scope.ts'

/** What people may be, each including those before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const

export type Role = (typeof ROLES)[number]

/** What a role adds to the one before it, in the words of tokens. */
const ADDED: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: ['api', 'catalog:read'],
  operator: ['metrics', 'catalog:write'],
  admin: ['pipeline:write'],
}

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text)
}

/** True if someone of the role may do what needs at least the other one. */
export function includesRole(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

/** The scopes that a person of this role has without a token. */
export function scopesOf(role: Role): Scope[] {
  return ROLES.filter((one) => includesRole(role, one)).flatMap((one) => ADDED[one])
}
