/** What a person, or the page itself, can do about a refusal, so that the request is worth repeating. */
export interface Mending {
  /** Asks who is there again; false if they would rather not. */
  confirm(): Promise<boolean>
  /** Reads the session anew: its token may be of another tab's. */
  renew(): Promise<void>
  /** The session has ended: shows the login, and what was looked at after it. */
  signIn(): void
}

let mending: Mending | undefined

/** The frame says how; the login page, which needs none of it, does not. */
export function mendWith(given: Mending | undefined): void {
  mending = given
}

/** Whether to repeat a request that was refused with this code. */
export async function isMended(code: string | undefined): Promise<boolean> {
  if (!mending) return false
  if (code === 'confirmation_needed') return mending.confirm()
  if (code === 'csrf') return mending.renew().then(() => true)
  if (code === 'unauthorized') mending.signIn()
  return false
}
