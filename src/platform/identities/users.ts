import type { Role } from '../../model/role.ts'
import { addLink } from '../../state/identity/links.ts'
import { checkPassword, hashPassword } from '../../state/identity/password.ts'
import {
  addUser,
  hasUsers,
  listUsers,
  removeUser,
  resetFactors,
  type UserFacts,
  userByEmail,
} from '../../state/identity/users.ts'
import { COMMAND_LINE, type Identities } from './identities.ts'

/** A link that lets its owner in once, to choose how they sign in. */
export interface OneTimeLink {
  /** Path and fragment: `/login#link=…`. */
  link: string
  link_expires_at: string
}

export type LinkedUser = UserFacts & OneTimeLink

/** The verbs on users. What they answer holds a link's token, never a password. */
export function users({ open, existing }: Identities) {
  const linked = (id: string): OneTimeLink => {
    const { token, expires_at } = addLink(open(), id)
    return { link: pathOf(token), link_expires_at: expires_at }
  }
  return {
    async userAdd({ password, ...wish }: { email: string; name: string; role: Role; password?: string }) {
      if (password !== undefined) await checkPassword(open(), password, [wish.email, wish.name])
      const passwordHash = password === undefined ? undefined : await hashPassword(password)
      const user = addUser(open(), { ...wish, passwordHash, actor: COMMAND_LINE })
      return { ...user, ...linked(user.id) }
    },
    async userList() {
      const known = existing()
      return known ? listUsers(known) : []
    },
    userRemove: async (email: string) => removeUser(open(), userByEmail(open(), email).id, COMMAND_LINE),
    async userResetMfa(email: string, { password }: { password: boolean }) {
      const user = resetFactors(open(), userByEmail(open(), email).id, { actor: COMMAND_LINE, password })
      return { ...user, ...linked(user.id) }
    },
    /** Of the link by which the first user gets in; undefined where there are users. */
    async firstUserLink() {
      const identity = open()
      if (hasUsers(identity)) return undefined
      const { token, expires_at } = addLink(identity, null)
      return { link: pathOf(token), link_expires_at: expires_at }
    },
  }
}

/** The token stands in the fragment, which browsers send nowhere. */
function pathOf(token: string): string {
  return `/login#link=${token}`
}
