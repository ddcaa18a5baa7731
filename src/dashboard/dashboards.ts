import { type Clock, sleep } from '../clock.ts'
import { asBlotterError, BlotterError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { BatchAt } from '../model/batch-at.ts'
import { Board, type BoardSetup, type RefreshState } from './board.ts'
import { type Counters, startCounters } from './count/counters.ts'
import type { Shape } from './definition/boundaries.ts'
import { type Declared, type Definitions, definitionsStamp, readDefinitions } from './definition/definitions.ts'
import type { DashboardLake } from './lake.ts'
import { load, type Loaded } from './memory/loaded.ts'
import type { DefinitionProblem } from './definition/parse-definition.ts'

/** What happens to dashboards, for whoever has one open. */
export type DashboardEvent =
  | { type: 'batch'; batch_at: BatchAt }
  | { type: 'refresh'; dashboard: string; state: RefreshState['state']; batch_at: BatchAt | null }

export interface DashboardsSetup {
  /** The folder of the files that declare them. */
  folder: string
  lake: DashboardLake
  /** What all dashboards may hold together; half of it for newest batches, since a refresh holds the old and the new. */
  memoryBytes: number
  /** Threads that count. */
  threads: number
  clock: Clock
  log: Log
  tell(event: DashboardEvent): void
  /** How often it is looked for new batches and changed files; by default every second. */
  everyMs?: number
}

/** A dashboard as of a batch, and how its newest batch stands. */
export interface OpenedDashboard {
  loaded: Loaded
  refresh: RefreshState
  isLatest: boolean
}

/** What questions are put to: the dashboards, or a test's stand-in. */
export type DashboardDesk = Pick<Dashboards, 'open' | 'lake' | 'counters' | 'shapes'>

const EVERY_MS = 1000

/** The dashboards of a pipeline, with their batches in memory. Files that change and batches that come are noticed. */
export class Dashboards {
  readonly lake: DashboardLake
  readonly #setup: DashboardsSetup
  readonly #stop = new AbortController()
  readonly #boards = new Map<string, Board>()
  readonly #shapes = new Map<string, Declared['shapes']>()
  #counters: Counters | undefined
  #definitions: Definitions | undefined
  #filesStamp: string | undefined
  #lakeStamp: string | undefined
  #watching: Promise<void> | undefined
  #looking: Promise<void> | undefined

  constructor(setup: DashboardsSetup) {
    this.#setup = setup
    this.lake = setup.lake
  }

  /** Begins to load and to look for new batches; before it, each question looks. */
  start(): void {
    this.#watching ??= this.#watch()
  }

  async list(): Promise<{ dashboards: { name: string; title: string }[]; problems: readonly DefinitionProblem[] }> {
    await this.#lookUnlessWatching()
    const dashboards = [...this.#boards.values()].map(({ name, definition }) => ({ name, title: definition.title }))
    return { dashboards, problems: this.#definitions?.problems ?? [] }
  }

  /** Waits for what is not loaded. Throws `dashboard_missing`, `dashboard_invalid`, `batch_missing`, `lake_missing`. */
  async open(name: string, ref: string): Promise<OpenedDashboard> {
    const board = await this.#board(name)
    const loaded = ref === 'latest' ? await board.newest() : await board.asOf(await this.lake.resolve(ref))
    return { loaded, refresh: board.state, isLatest: loaded === board.current }
  }

  /** The shapes of one of a dashboard's boundaries. Throws `dashboard_missing`, and `usage` for boundaries that it has not. */
  async shapes(name: string, boundaries: string): Promise<readonly Shape[]> {
    await this.#board(name)
    const known = this.#shapes.get(name)
    const shapes = known?.get(boundaries)
    if (shapes) return shapes
    throw new BlotterError('usage', `This dashboard has no boundaries ${JSON.stringify(boundaries.slice(0, 80))}.`, {
      todo: known?.size ? `There are: ${[...known.keys()].join(', ')}.` : 'Its file declares them under `boundaries:`.',
    })
  }

  /** Loads the newest batch anew, in the background. */
  async refresh(name: string): Promise<RefreshState> {
    const board = await this.#board(name)
    void board.refresh()
    return board.state
  }

  get counters(): Counters {
    return (this.#counters ??= startCounters(this.#setup.threads))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#watching
    await this.#looking?.catch(() => undefined)
    await Promise.all([...this.#boards.values()].map((board) => board.close()))
    await this.#counters?.close()
  }

  async #board(name: string): Promise<Board> {
    await this.#lookUnlessWatching()
    const board = this.#boards.get(name)
    if (board) return board
    const problem = this.#definitions?.broken.get(name)
    throw problem ? invalid(problem) : missing(name, [...this.#boards.keys()])
  }

  async #watch(): Promise<void> {
    const { log, everyMs = EVERY_MS } = this.#setup
    while (!this.#stop.signal.aborted) {
      await this.#look().catch((error: unknown) => log.warn({ error: asBlotterError(error).message }, 'dashboards'))
      await sleep(everyMs, this.#stop.signal).catch(() => undefined)
    }
  }

  async #lookUnlessWatching(): Promise<void> {
    if (!this.#watching || !this.#definitions) await this.#look()
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #lookOnce(): Promise<void> {
    await this.#takeDefinitions()
    const stamp = await this.lake.stamp()
    if (stamp === undefined) return
    const isNew = stamp !== this.#lakeStamp
    this.#lakeStamp = stamp
    if (isNew) await this.#tellOfBatch()
    for (const board of this.#boards.values()) if (isNew || board.isUntouched) void board.refresh()
  }

  /** A lake that has no batch yet, or cannot be read now, is told of by the refresh that fails. */
  async #tellOfBatch(): Promise<void> {
    const newest = await this.lake.resolve('latest').catch(() => undefined)
    if (newest !== undefined) this.#setup.tell({ type: 'batch', batch_at: newest })
  }

  async #takeDefinitions(): Promise<void> {
    const { folder, log } = this.#setup
    const stamp = await definitionsStamp(folder)
    const isSettled = stamp === this.#filesStamp || !this.#definitions
    this.#filesStamp = stamp
    // A file that is being written is read when it has been left alone from one look to the next.
    if (stamp === this.#definitions?.stamp || !isSettled) return
    const read = await readDefinitions(folder)
    this.#definitions = read
    for (const { file, line, column, message } of read.problems) log.warn({ file, line, column }, message)
    // A file with a mistake takes nothing away: what it said before goes on serving.
    for (const [name, board] of this.#boards) {
      if (read.found.has(name) || read.broken.has(name)) continue
      this.#boards.delete(name)
      this.#shapes.delete(name)
      void board.close()
    }
    for (const [name, declared] of read.found) this.#define(name, declared)
  }

  #define(name: string, { definition, shapes }: Declared): void {
    this.#shapes.set(name, shapes)
    const board = this.#boards.get(name)
    if (!board) this.#boards.set(name, new Board(name, definition, this.#boardSetup()))
    else if (JSON.stringify(board.definition) !== JSON.stringify(definition)) {
      board.definition = definition
      if (this.#lakeStamp !== undefined) void board.refresh()
    }
  }

  #boardSetup(): BoardSetup {
    const { clock, memoryBytes } = this.#setup
    const now = (): Date => clock.now()
    return {
      now,
      newest: () => this.lake.resolve('latest'),
      load: (definition, batchAt) =>
        load({ definition, lake: this.lake, counters: this.counters, batchAt, limitBytes: memoryBytes / 2, now }),
      changed: (board) => this.#tell(board),
      grown: () => this.#makeRoom(),
    }
  }

  /** What newest batches leave of half of the memory is for others; the other half is for the next refresh. */
  #makeRoom(): void {
    const boards = [...this.#boards.values()]
    const newest = boards.reduce((sum, board) => sum + (board.current?.sizeBytes ?? 0), 0)
    const room = Math.max(0, this.#setup.memoryBytes / 2 - newest)
    for (const board of boards) board.keepOlder(room / boards.length)
  }

  #tell({ name, state, current }: Board): void {
    const batchAt = current?.memory.batchAt ?? null
    const { problem } = state
    if (problem) this.#setup.log.warn({ dashboard: name, ...problem }, 'refresh failed')
    else this.#setup.log.info({ dashboard: name, state: state.state, batch_at: batchAt }, 'refresh')
    this.#setup.tell({ type: 'refresh', dashboard: name, state: state.state, batch_at: batchAt })
  }
}

function missing(name: string, known: readonly string[]): BlotterError {
  return new BlotterError('dashboard_missing', `There is no dashboard ${JSON.stringify(name.slice(0, 80))}.`, {
    todo: known.length > 0 ? `There are: ${known.join(', ')}.` : 'A pipeline declares them in `4-dashboards/NAME.yaml`.',
  })
}

function invalid({ file, line, column, message }: DefinitionProblem): BlotterError {
  return new BlotterError('dashboard_invalid', `${file}, line ${line}, column ${column}: ${message}`, {
    todo: 'Correct the file there; it is read again at once.',
    context: { file, line, column },
  })
}
