import { type ExtractOptions, type FoundColumn, STAGED_SQL_TYPE, type Stage, type StagedPart } from '../../source.ts'
import type { PlainValue } from './row-values.ts'

const CHUNK_ROWS = 2048
const CHUNK_CHARACTERS = 32 << 20

type Writer = Awaited<ReturnType<Stage['chunkWriter']>>

/** Stages rows one by one, as the plain reader does, in a part of their own; most tables have none. */
export class OddRows {
  readonly #columns: readonly FoundColumn[]
  readonly #name: string
  readonly #stage: ExtractOptions['stage']
  #writer: Writer | undefined
  #chunk: PlainValue[][]
  #rows = 0
  #characters = 0

  constructor(stage: Stage, name: string, columns: readonly FoundColumn[]) {
    this.#stage = stage
    this.#name = name
    this.#columns = columns
    this.#chunk = columns.map(() => [])
  }

  /** A promise where a chunk became full: no row may be added until it resolves. */
  add(values: readonly PlainValue[]): Promise<void> | undefined {
    values.forEach((value, i) => {
      if (typeof value === 'string') this.#characters += value.length
      this.#chunk[i]!.push(value)
    })
    this.#rows++
    return this.#rows >= CHUNK_ROWS || this.#characters >= CHUNK_CHARACTERS ? this.#flush() : undefined
  }

  /** The part, none if there was no row. */
  async finish(): Promise<StagedPart[]> {
    await this.#flush()
    if (!this.#writer) return []
    const { files, rows } = await this.#writer.finish()
    return [{ files, columns: [...this.#columns], rows }]
  }

  async abandon(): Promise<void> {
    await this.#writer?.abandon()
  }

  async #flush(): Promise<void> {
    if (this.#rows === 0) return
    const chunk = this.#chunk
    this.#chunk = chunk.map(() => [])
    this.#rows = 0
    this.#characters = 0
    const types = this.#columns.map(({ name, type }) => ({ name, type: STAGED_SQL_TYPE[type] }))
    this.#writer ??= await this.#stage.chunkWriter(this.#stage.folder, this.#name, types)
    await this.#writer.write(chunk)
  }
}
