import { logIn, type Logins } from './login.ts'
import type { MysqlAddress } from './url.ts'

const PATIENCE_MS = 1000

/**
 * Ends a connection from the server's side, by a second one, which every account may do with its own. A server that is
 * counting or sorting does not notice that nobody listens any more. Takes at most a second, and never fails.
 */
export async function killConnection(address: MysqlAddress, logins: Logins, id: number): Promise<void> {
  try {
    await using connection = await logIn(address, logins, { signal: AbortSignal.timeout(PATIENCE_MS) })
    await connection.run(`KILL ${id}`)
  } catch {
    // What cannot be reached is ended by its own lost socket, sooner or later.
  }
}
