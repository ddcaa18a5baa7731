/** A message to people, complete: every channel takes from it what it can carry. */
export interface Message {
  subject: string
  /** Lines of 78 characters at most where words allow it. */
  text: string
  html: string
  /** `X-Blotter-Event`, `X-Blotter-Run` where there is one, and those that keep automatic answers away. */
  headers: Readonly<Record<string, string>>
  /** The same for every try of one alert, so that a mail that was taken twice can be told (RFC 5322, 3.6.4); without brackets. */
  id: string
  /** Whom it is for, in place of those whom the configuration names. */
  to?: readonly string[]
  /** Of those whom it is for, the ones that have not got it yet; by default all. */
  only?: readonly string[]
  /** Of the message that this one belongs to, for mail programs that show threads. */
  thread: string | undefined
  /** When it happened. */
  at: Date
}

/** What a channel made of a message that it took. */
export interface Sent {
  /** Receivers that were refused while others were not, with the reason; nothing is sent again for their sake. */
  refused: readonly string[]
  /** Those that were put off while others were not, as greylisting does, with the reason; it is to be sent again to them. */
  putOff?: Readonly<Record<string, string>>
}

/** A way to people. */
export interface Channel {
  readonly name: 'email' | 'webhook'
  /** Where it leads, for people: `smtp.example.org:587`; never a credential. */
  readonly place: string
  /**
   * Delivers a message. Throws `alert_unreachable` (nobody answered, or not now), `alert_refused` (login, certificate or
   * message were not accepted), or what reading its credential throws. Takes 30 seconds at most.
   */
  send(message: Message, signal?: AbortSignal): Promise<Sent>
}

/** No channel may take longer for one message. */
export const SEND_TIMEOUT_MS = 30_000
