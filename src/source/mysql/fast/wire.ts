import type { Channel } from '../channel.ts'

/** The parts of MySQL's client/server protocol (version 10) that a prepared statement without parameters needs. */

/** Payloads of 2^24 - 1 bytes and more are split into packets of this size and a shorter one. */
export const PACKET_BYTES = 0xff_ffff
export const HEADER_BYTES = 4

export const PREPARE = 0x16
export const EXECUTE = 0x17
export const CLOSE = 0x19

export const ERROR_PACKET = 0xff
export const END_PACKET = 0xfe
/** A packet that begins as the end does but is longer is a row of the text protocol. */
export const END_PACKET_LIMIT = 9

const UNSIGNED = 0x20

/** A column as a result describes it. */
export interface WireColumn {
  name: string
  type: number
  unsigned: boolean
}

/** Takes bytes as they come, and may not keep them; true once it has found the end. Called again when its promise resolves. */
export type TakeBytes = (bytes: Buffer) => Promise<boolean> | boolean

/** What the server answered instead of what it was asked for. */
export class ServerError extends Error {
  readonly errno: number

  constructor(packet: Buffer) {
    const state = packet[3] === 0x23 ? 6 : 0
    super(packet.toString('utf8', 3 + state))
    this.errno = packet.readUInt16LE(1)
  }
}

/** That bytes came which the protocol does not allow: the connection cannot be trusted any more. */
export function malformed(what: string): Error {
  return Object.assign(new Error(`the server sent ${what}`), { code: 'PROTOCOL_CONNECTION_LOST', errno: 2027 })
}

/** A command in a packet of its own. */
function commandPacket(command: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES + 1)
  header.writeUIntLE(body.length + 1, 0, 3)
  header[HEADER_BYTES] = command
  return Buffer.concat([header, body])
}

export function executeBody(statement: number): Buffer {
  const body = Buffer.alloc(9)
  body.writeUInt32LE(statement, 0)
  // No cursor; once.
  body.writeUInt32LE(1, 5)
  return body
}

/** Numbers of fixed length stand at a column definition's end, behind what a server may have put between. */
const COLUMN_END_BYTES = 12

export function columnOf(packet: Buffer): WireColumn {
  let at = 0
  let name = ''
  // Catalog, schema, table, its own name, the column.
  for (let i = 0; i < 5; i++) {
    const { value, next } = lengthEncoded(packet, at)
    at = next + value
    name = packet.toString('utf8', next, at)
  }
  const end = packet.length - COLUMN_END_BYTES
  const flags = packet.readUInt16LE(end + 7)
  return { name, type: packet[end + 6]!, unsigned: (flags & UNSIGNED) !== 0 }
}

/** A length-encoded integer and where it ends. */
export function lengthEncoded(bytes: Buffer, at: number): { value: number; next: number } {
  const first = bytes[at]!
  if (first < 0xfb) return { value: first, next: at + 1 }
  if (first === 0xfc) return { value: bytes.readUInt16LE(at + 1), next: at + 3 }
  if (first === 0xfd) return { value: bytes.readUIntLE(at + 1, 3), next: at + 4 }
  return { value: Number(bytes.readBigUInt64LE(at + 1)), next: at + 9 }
}

/** The packets of a channel, one at a time, until its bytes are handed to somebody as they come. */
export class Wire {
  readonly #channel: Channel
  #bytes: Buffer = Buffer.alloc(0)
  #arrived: (() => void) | undefined

  constructor(channel: Channel) {
    this.#channel = channel
    this.#collect()
  }

  send(command: number, body: Buffer): void {
    this.#channel.write(commandPacket(command, body))
  }

  /** The payload of the next packet. Throws ServerError where it is an error. */
  async packet(): Promise<Buffer> {
    for (;;) {
      const bytes = this.#bytes
      const length = bytes.length < HEADER_BYTES ? Infinity : bytes.readUIntLE(0, 3)
      if (bytes.length >= HEADER_BYTES + length) {
        const payload = bytes.subarray(HEADER_BYTES, HEADER_BYTES + length)
        this.#bytes = bytes.subarray(HEADER_BYTES + length)
        if (payload[0] === ERROR_PACKET) throw new ServerError(payload)
        return payload
      }
      await new Promise<void>((resolve) => (this.#arrived = resolve))
    }
  }

  /** Column definitions and the packet that ends them. */
  async columns(count: number): Promise<WireColumn[]> {
    const columns: WireColumn[] = []
    for (let i = 0; i < count; i++) columns.push(columnOf(await this.packet()))
    if (count > 0 && (await this.packet())[0] !== END_PACKET) throw malformed('columns without an end')
    return columns
  }

  /** Gives all bytes to `take` as they come, no more while its promise is pending, until it says that it has all. */
  async pour(take: TakeBytes): Promise<void> {
    const channel = this.#channel
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    let failed = false
    const fail = (error: unknown): void => {
      failed = true
      reject(error as Error)
    }
    const pour = (bytes: Buffer): void => {
      if (failed) return
      try {
        const done = take(bytes)
        if (done === true) return resolve()
        if (done === false) return
        channel.pause()
        done.then((last) => {
          if (last) resolve()
          channel.resume()
        }, fail)
      } catch (error) {
        fail(error)
      }
    }
    const early = this.#bytes
    this.#bytes = Buffer.alloc(0)
    channel.listen(pour)
    if (early.length > 0) pour(early)
    await promise
    this.#collect()
  }

  #collect(): void {
    this.#channel.listen((bytes) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes])
      this.#arrived?.()
    })
  }
}
