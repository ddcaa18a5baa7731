import type { Role } from '../../model/role.ts'
import type { LinkedUser, OneTimeLink } from '../../platform/identities/users.ts'
import type { UserFacts } from '../../state/identity/users.ts'

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
