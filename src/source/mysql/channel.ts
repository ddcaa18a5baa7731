import { connect, type Socket, type TcpNetConnectOpts } from 'node:net'
import type { Duplex } from 'node:stream'

/** A connection's bytes for one who takes them as they come, with nobody else reading. */
export interface Channel {
  write(bytes: Buffer): void
  /** The bytes are good for the time of the call only: their memory is used again. */
  listen(take: (bytes: Buffer) => void): void
  pause(): void
  resume(): void
}

const READ_BYTES = 256 * 1024

/** A socket that reads into one buffer for ever, so that reading much makes no garbage. */
export class ReusingSocket {
  readonly socket: Socket
  /** Takes what is read; without it, the stream's own readers get copies. */
  #take: ((bytes: Buffer) => void) | undefined
  #isPaused = false

  constructor(options: TcpNetConnectOpts) {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
    const callback = (length: number): boolean => {
      const bytes = buffer.subarray(0, length)
      if (!this.#take) return this.socket.push(Buffer.from(bytes))
      this.#take(bytes)
      return !this.#isPaused
    }
    this.socket = connect({ ...options, onread: { buffer, callback } })
  }

  /** Gives the stream's bytes to a channel until `close`; `stream` is the socket, or what decrypts what it reads. */
  channel(stream: Duplex): Channel & { close(): void } {
    if (stream !== this.socket) return streamChannel(stream)
    return {
      write: (bytes) => void this.socket.write(bytes),
      listen: (take) => (this.#take = take),
      pause: () => {
        this.#isPaused = true
        this.socket.pause()
      },
      resume: () => {
        this.#isPaused = false
        this.socket.resume()
      },
      close: () => (this.#take = undefined),
    }
  }
}

function streamChannel(stream: Duplex): Channel & { close(): void } {
  const others = stream.listeners('data') as ((bytes: Buffer) => void)[]
  stream.removeAllListeners('data')
  let listener: (bytes: Buffer) => void = () => {}
  const listen = (take: (bytes: Buffer) => void): void => {
    stream.off('data', listener)
    listener = take
    stream.on('data', listener)
  }
  return {
    write: (bytes) => void stream.write(bytes),
    listen,
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    close() {
      stream.off('data', listener)
      for (const other of others) stream.on('data', other)
    },
  }
}
