import { BlotterError } from '../../errors.ts'
import { connectMysql, type ConnectOptions } from './connect.ts'
import type { MysqlConnection } from './connection.ts'
import type { MysqlAddress } from './url.ts'

/** Who logs in. `user` stands in for that of the URL, as it does while two accounts take turns. */
export interface Login {
  user?: string | undefined
  password?: string | undefined
}

/** Tells who logs in; `renewed` asks past whatever is remembered, after the server refused what was told before. */
export type Logins = (renewed: boolean) => Promise<Login>

/**
 * Connects as whom `logins` tells. Where the server refuses that and there is another answer by now, since a credential was
 * renewed meanwhile, it is tried once more with that.
 */
export async function logIn(
  address: MysqlAddress,
  logins: Logins,
  options: Omit<ConnectOptions, 'password'>,
): Promise<MysqlConnection> {
  const first = await logins(false)
  try {
    return await connectAs(address, first, options)
  } catch (error) {
    if (!(error instanceof BlotterError) || error.code !== 'source_refused') throw error
    const second = await logins(true)
    if (second.user === first.user && second.password === first.password) throw error
    return await connectAs(address, second, options)
  }
}

function connectAs(
  address: MysqlAddress,
  { user, password }: Login,
  options: Omit<ConnectOptions, 'password'>,
): Promise<MysqlConnection> {
  const as = user === undefined ? address : { ...address, user }
  return connectMysql(as, { ...options, ...(password === undefined ? {} : { password }) })
}

/** For whoever knows the password already: the same answer every time. */
export function loginsOf({ logins, password }: { logins?: Logins | undefined; password?: string | undefined }): Logins {
  return logins ?? (async () => ({ password }))
}
