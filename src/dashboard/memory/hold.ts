/** Something that threads keep for us: let go once it is released and nobody uses it any more. */
export class Hold {
  readonly #letGo: () => void
  #users = 0
  #released = false

  constructor(letGo: () => void) {
    this.#letGo = letGo
  }

  /** Keeps it until the work is done, whoever releases it meanwhile. */
  async using<T>(work: () => Promise<T>): Promise<T> {
    this.#users++
    try {
      return await work()
    } finally {
      this.#users--
      this.#letGoIfDone()
    }
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    this.#letGoIfDone()
  }

  #letGoIfDone(): void {
    if (this.#released && this.#users === 0) this.#letGo()
  }
}
