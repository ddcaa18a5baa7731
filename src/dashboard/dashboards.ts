import { type Clock, sleep } from '../clock.ts'
import { asBlotterError, BlotterError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { BatchAt } from '../model/batch-at.ts'
import { type Counters, startCounters } from './counters.ts'
import type { Definition } from './definition.ts'
import { type Definitions, definitionsStamp, readDefinitions } from './definitions.ts'
import type { DashboardLake } from './lake.ts'
import { load, type Loaded } from './loaded.ts'
import type { DefinitionProblem } from './parse-definition.ts'

/** How the newest batch of a dashboard stands. */
export interface RefreshState {
  state: 'fresh' | 'loading' | 'failed'
  /** When it became so. */
  since: Date
  problem?: { code: string; message: string; todo: string }
}

/** What happens to a dashboard, for whoever has it open. */
export type DashboardEvent =
  | { type: 'batch'; batch_at: BatchAt }
  | { type: 'refresh'; dashboard: string; state: RefreshState['state']; batch_at: BatchAt | null }

export interface DashboardsSetup {
  /** The folder of the files that declare them. */
  folder: string
  lake: DashboardLake
  /** What all dashboards may hold together; a refresh holds the old batch and the new one at a time. */
  memoryBytes: number
  /** Threads that count. */
  threads: number
  clock: Clock
  log: Log
  tell(event: DashboardEvent): void
  /** How often it is looked for new batches and changed files; by default every second. */
  everyMs?: number
}

/** Dashboards with their batches in memory. */
export interface Dashboards extends AsyncDisposable {
  /** Begins to load, and to look for new batches; until then, the first question does. */
  start(): void
  list(): Promise<{ dashboards: { name: string; title: string }[]; problems: readonly DefinitionProblem[] }>
  /** A dashboard as of a REF, and how it stands; waits for it to be loaded. */
  open(name: string, ref: string): Promise<{ loaded: Loaded; refresh: RefreshState; isLatest: boolean }>
  /** Loads the newest batch anew, in the background. */
  refresh(name: string): Promise<RefreshState>
  readonly counters: Counters
  readonly lake: DashboardLake
}

interface Board {
  definition: Definition
  /** What is served as the newest batch. */
  current: Loaded | undefined
  /** The load that is under way. */
  loading: Promise<void> | undefined
  again: boolean
  refresh: RefreshState
  /** Other batches, those asked for last at the end. */
  older: Map<BatchAt, Promise<Loaded>>
}

const EVERY_MS = 1000

export function openDashboards(setup: DashboardsSetup): Dashboards {
  const { lake, clock, log } = setup
  const stop = new AbortController()
  const boards = new Map<string, Board>()
  let counters: Counters | undefined
  let definitions: Definitions | undefined
  let lakeStamp: string | undefined
  let watching: Promise<void> | undefined
  let looking: Promise<void> | undefined

  const counting = (): Counters => (counters ??= startCounters(setup.threads))

  const loadBatch = (definition: Definition, batchAt: BatchAt): Promise<Loaded> =>
    load({
      definition,
      lake,
      counters: counting(),
      batchAt,
      limitBytes: setup.memoryBytes / 2,
      now: () => clock.now(),
    })

  const become = (name: string, board: Board, refresh: Omit<RefreshState, 'since'>): void => {
    board.refresh = { ...refresh, since: clock.now() }
    setup.tell({ type: 'refresh', dashboard: name, state: refresh.state, batch_at: board.current?.memory.batchAt ?? null })
  }

  const refreshOnce = async (name: string, board: Board): Promise<void> => {
    become(name, board, { state: 'loading' })
    const begun = performance.now()
    try {
      const { definition } = board
      const loaded = await loadBatch(definition, await lake.resolve('latest'))
      const old = board.current
      board.current = loaded
      if (old && old.definition !== definition) letGo(board)
      old?.release()
      makeRoom()
      become(name, board, { state: 'fresh' })
      const seconds = (performance.now() - begun) / 1000
      log.info({ dashboard: name, batch_at: loaded.memory.batchAt, rows: loaded.memory.columns.rows, seconds }, 'refreshed')
    } catch (error) {
      const { code, message, todo } = asBlotterError(error)
      become(name, board, { state: 'failed', problem: { code, message, todo } })
      log.warn({ dashboard: name, code, message }, 'refresh failed')
    }
  }

  /** One load at a time; what is wished for meanwhile is done after it. */
  const refresh = (name: string, board: Board): Promise<void> => {
    if (board.loading) {
      board.again = true
      return board.loading
    }
    const work = async (): Promise<void> => {
      do {
        board.again = false
        await refreshOnce(name, board)
      } while (board.again && !stop.signal.aborted)
      board.loading = undefined
    }
    board.loading = work()
    return board.loading
  }

  const letGo = (board: Board): void => {
    for (const older of board.older.values()) void older.then((loaded) => loaded.release()).catch(() => undefined)
    board.older.clear()
  }

  /** Batches that were asked for longest ago go first, until half of what is granted is free for the next refresh. */
  const makeRoom = (): void => {
    const all = [...boards.values()]
    const newest = all.reduce((sum, board) => sum + (board.current?.sizeBytes ?? 0), 0)
    let room = Math.max(0, setup.memoryBytes / 2 - newest)
    for (const board of all)
      for (const [batchAt, loading] of [...board.older].reverse())
        void loading
          .then((loaded) => {
            room -= loaded.sizeBytes
            if (room < 0 && board.older.delete(batchAt)) loaded.release()
          })
          .catch(() => undefined)
  }

  const takeDefinitions = async (): Promise<void> => {
    if (definitions && definitions.stamp === (await definitionsStamp(setup.folder))) return
    const read = await readDefinitions(setup.folder)
    definitions = read
    for (const { file, line, column, message } of read.problems) log.warn({ file, line, column }, message)
    const broken = new Set(read.problems.map(({ file }) => file.replace(/\.yaml$/, '')))
    for (const name of boards.keys()) if (!read.found.has(name) && !broken.has(name)) boards.delete(name)
    for (const [name, definition] of read.found) {
      const board = boards.get(name)
      if (!board) {
        const since = clock.now()
        boards.set(name, {
          definition,
          current: undefined,
          loading: undefined,
          again: false,
          refresh: { state: 'loading', since },
          older: new Map(),
        })
      } else if (JSON.stringify(board.definition) !== JSON.stringify(definition)) {
        board.definition = definition
        if (lakeStamp !== undefined) void refresh(name, board)
      }
    }
  }

  const look = async (): Promise<void> => {
    await takeDefinitions()
    const stamp = await lake.stamp()
    const isNew = stamp !== undefined && stamp !== lakeStamp
    if (isNew) {
      lakeStamp = stamp
      setup.tell({ type: 'batch', batch_at: await lake.resolve('latest') })
    }
    for (const [name, board] of boards)
      if (stamp !== undefined && (isNew || (!board.current && !board.loading && board.refresh.state !== 'failed')))
        void refresh(name, board)
  }

  const lookOnce = (): Promise<void> =>
    (looking ??= look().finally(() => {
      looking = undefined
    }))

  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await lookOnce().catch((error: unknown) => log.warn({ error: asBlotterError(error).message }, 'dashboards'))
      await sleep(setup.everyMs ?? EVERY_MS, stop.signal).catch(() => undefined)
    }
  }

  const boardOf = async (name: string): Promise<Board> => {
    if (!watching || !definitions) await lookOnce()
    const board = boards.get(name)
    if (board) return board
    const problem = definitions?.problems.find(({ file }) => file === `${name}.yaml`)
    if (problem) throw invalid(problem)
    throw missing(name, [...boards.keys()])
  }

  const newestOf = async (board: Board): Promise<Loaded> => {
    if (!board.current) {
      // Says what is wrong with the lake, if anything is.
      await lake.resolve('latest')
      await board.loading
    }
    if (board.current) return board.current
    const { code, message, todo } = board.refresh.problem ?? {
      code: 'internal',
      message: 'It is not loaded.',
      todo: 'Try again.',
    }
    throw new BlotterError(code as BlotterError['code'], message, { todo })
  }

  const olderOf = (board: Board, batchAt: BatchAt): Promise<Loaded> => {
    const loading = board.older.get(batchAt) ?? loadBatch(board.current?.definition ?? board.definition, batchAt)
    board.older.delete(batchAt)
    board.older.set(batchAt, loading)
    loading.then(makeRoom, () => board.older.delete(batchAt))
    return loading
  }

  return {
    start() {
      watching ??= watch()
    },
    async list() {
      await lookOnce()
      const dashboards = [...boards].map(([name, { definition }]) => ({ name, title: definition.title }))
      return { dashboards, problems: definitions?.problems ?? [] }
    },
    async open(name, ref) {
      const board = await boardOf(name)
      if (ref === 'latest') return { loaded: await newestOf(board), refresh: board.refresh, isLatest: true }
      const batchAt = await lake.resolve(ref)
      const isLatest = board.current?.memory.batchAt === batchAt
      const loaded = isLatest ? board.current! : await olderOf(board, batchAt)
      return { loaded, refresh: board.refresh, isLatest }
    },
    async refresh(name) {
      const board = await boardOf(name)
      void refresh(name, board)
      return board.refresh
    },
    get counters() {
      return counting()
    },
    lake,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await watching
      await Promise.all([...boards.values()].map((board) => board.loading))
      await counters?.close()
    },
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
