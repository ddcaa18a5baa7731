/** Texts that were worked out once, up to so many bytes of them; those that were asked for longest ago go first. */
export class Answers {
  readonly #limitBytes: number
  readonly #texts = new Map<string, Promise<string>>()
  readonly #sizes = new Map<string, number>()
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** The answer to a question; it is looked for once, by whoever asks first. One that cannot be found is not remembered. */
  answer(question: string, find: () => Promise<string>): Promise<string> {
    const text = this.#texts.get(question) ?? find()
    const isNew = !this.#texts.has(question)
    this.#texts.delete(question)
    this.#texts.set(question, text)
    if (isNew)
      text.then(
        (found) => this.#found(question, found.length),
        () => this.#texts.delete(question),
      )
    return text
  }

  #found(question: string, bytes: number): void {
    this.#sizes.set(question, bytes)
    this.#bytes += bytes
    for (const old of this.#texts.keys()) {
      if (this.#bytes <= this.#limitBytes) return
      const size = this.#sizes.get(old)
      // What is still being worked out has no size yet.
      if (size === undefined) continue
      this.#texts.delete(old)
      this.#sizes.delete(old)
      this.#bytes -= size
    }
  }
}
