import type { Role } from '../../model/role.ts'

/** What the command line wants of users. */
export interface UsersPort {
  /** Adds a user, with a link for one use. Throws `user_exists`, `usage`. */
  userAdd(wish: { email: string; name: string; role: Role; password?: string }): Promise<LinkedUser>
  userList(): Promise<UserFacts[]>
  /** Throws `user_missing`, `usage` for the last admin. */
  userRemove(email: string): Promise<UserFacts>
  /** Forgets how somebody signs in, and ends their sessions; with a new link. Throws `user_missing`. */
  userResetMfa(email: string, options: { password: boolean }): Promise<LinkedUser>
  /** Of the link for the first user; undefined where there is one. */
  firstUserLink(): Promise<OneTimeLink | undefined>
}

/** An element of `user list --json`. */
export interface UserFacts {
  id: string
  email: string
  name: string
  role: Role
  /** `invited` until a password and a second factor are chosen. */
  state: 'invited' | 'active'
  two_factor: boolean
  passkeys: number
  created_at: string
  last_login_at: string | null
}

export interface OneTimeLink {
  /** Path and fragment: `/login#link=…`. */
  link: string
  link_expires_at: string
}

export type LinkedUser = UserFacts & OneTimeLink
