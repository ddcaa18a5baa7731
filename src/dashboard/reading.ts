import type { Engine } from '../engine/engine.ts'

/** An engine over one batch that is opened when first needed and then kept; one question at a time is put to it. */
export class Reading {
  readonly #open: () => Promise<Engine>
  #engine: Promise<Engine> | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(open: () => Promise<Engine>) {
    this.#open = open
  }

  /** Tries once more with a new engine: files that a batch is read from change when tables are compacted. */
  read<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    const turn = this.#last.then(
      () => this.#attempt(work),
      () => this.#attempt(work),
    )
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #attempt<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    const isNew = !this.#engine
    try {
      return await work(await (this.#engine ??= this.#open()))
    } catch (error) {
      await this.close()
      if (isNew) throw error
      return await work(await (this.#engine ??= this.#open()))
    }
  }

  async close(): Promise<void> {
    const engine = this.#engine
    this.#engine = undefined
    await engine?.then((one) => one[Symbol.asyncDispose]()).catch(() => undefined)
  }
}
