import { asBlotterError, BlotterError } from '../errors.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { Definition } from './definition/definition.ts'
import type { Loaded } from './memory/loaded.ts'

/** How the newest batch of a dashboard stands. */
export interface RefreshState {
  state: 'fresh' | 'loading' | 'failed'
  /** When it became so. */
  since: Date
  problem?: { code: string; message: string; todo: string }
}

/** What a board needs of whoever keeps it. */
export interface BoardSetup {
  /** The newest batch. Throws `batch_missing`, `lake_missing`. */
  newest(): Promise<BatchAt>
  load(definition: Definition, batchAt: BatchAt): Promise<Loaded>
  now(): Date
  /** Is told of each new state. */
  changed(board: Board): void
  /** Is told that more is in memory than before. */
  grown(): void
}

/** One dashboard: its newest batch, which serves until a newer one is loaded, and others that were asked for. */
export class Board {
  readonly name: string
  definition: Definition
  state: RefreshState
  /** What is served as the newest batch. */
  current: Loaded | undefined
  /** Other batches, those asked for last at the end. */
  readonly #older = new Map<BatchAt, { loading: Promise<Loaded>; loaded?: Loaded }>()
  readonly #setup: BoardSetup
  #loading: Promise<void> | undefined
  /** The batch that was loaded last, or could not be. */
  #tried: BatchAt | undefined
  #again = false
  #closed = false

  constructor(name: string, definition: Definition, setup: BoardSetup) {
    this.name = name
    this.definition = definition
    this.#setup = setup
    this.state = { state: 'loading', since: setup.now() }
  }

  /** True if nothing is served and nobody has tried yet. */
  get isUntouched(): boolean {
    return !this.current && !this.#loading && this.state.state === 'loading'
  }

  /** Loads the newest batch; one load at a time, and what is wished for meanwhile is done after it. */
  refresh(): Promise<void> {
    this.#again = true
    this.#loading ??= this.#refreshAll().finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  async #refreshAll(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false
      await this.#refreshOnce()
    }
  }

  async #refreshOnce(): Promise<void> {
    this.#become({ state: 'loading' })
    try {
      const { definition } = this
      this.#tried = await this.#setup.newest()
      const loaded = await this.#setup.load(definition, this.#tried)
      const old = this.current
      this.current = loaded
      if (old && old.definition !== definition) this.#letAllGo()
      old?.release()
      this.#setup.grown()
      this.#become({ state: 'fresh' })
    } catch (error) {
      const { code, message, todo } = asBlotterError(error)
      this.#become({ state: 'failed', problem: { code, message, todo } })
    }
  }

  #become(state: Omit<RefreshState, 'since'>): void {
    this.state = { ...state, since: this.#setup.now() }
    this.#setup.changed(this)
  }

  /** The newest batch, once it is there. Throws what keeps it from being loaded. */
  async newest(): Promise<Loaded> {
    while (!this.current && !this.#closed) {
      // Says what is wrong with the lake, if anything is. A batch may have come since anybody looked.
      const isTried = (await this.#setup.newest()) === this.#tried
      if (isTried && !this.#loading) break
      await (this.#loading ?? this.refresh())
    }
    if (this.current) return this.current
    const { code, message, todo } = this.state.problem ?? NOT_LOADED
    throw new BlotterError(code as BlotterError['code'], message, { todo })
  }

  /** Another batch; loaded when it is asked for. */
  asOf(batchAt: BatchAt): Promise<Loaded> {
    if (this.current?.memory.batchAt === batchAt) return Promise.resolve(this.current)
    const known = this.#older.get(batchAt)
    const one: { loading: Promise<Loaded>; loaded?: Loaded } = known ?? {
      loading: this.#setup.load(this.current?.definition ?? this.definition, batchAt),
    }
    this.#older.delete(batchAt)
    this.#older.set(batchAt, one)
    if (!known)
      one.loading.then(
        (loaded) => {
          one.loaded = loaded
          this.#setup.grown()
        },
        () => this.#older.delete(batchAt),
      )
    return one.loading
  }

  /** Lets batches go that were asked for longest ago, until those that stay take no more than so many bytes. */
  keepOlder(limitBytes: number): void {
    let left = limitBytes
    for (const [batchAt, { loaded }] of [...this.#older].reverse()) {
      if (!loaded) continue
      left -= loaded.sizeBytes
      if (left >= 0) continue
      this.#older.delete(batchAt)
      loaded.release()
    }
  }

  #letAllGo(): void {
    for (const { loading } of this.#older.values()) void loading.then((loaded) => loaded.release()).catch(() => undefined)
    this.#older.clear()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#loading
    this.#letAllGo()
    this.current?.release()
  }
}

const NOT_LOADED = { code: 'internal', message: 'The dashboard is not loaded.', todo: 'Try again.' } as const
