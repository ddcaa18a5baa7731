import type { Engine } from '../../engine/engine.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import { aggregate } from '../count/aggregates.ts'
import { Answers } from '../answers.ts'
import type { Held } from '../count/count.ts'
import type { Counters } from '../count/counters.ts'
import type { Definition } from '../definition/definition.ts'
import { Hold } from './hold.ts'
import type { DashboardLake } from '../lake.ts'
import { loadLike, loadMemory } from './load.ts'
import { Reading } from '../reading.ts'
import type { Memory } from './memory.ts'

export interface LoadSetup {
  definition: Definition
  lake: DashboardLake
  counters: Counters
  batchAt: BatchAt
  /** What the batch may take, in bytes. */
  limitBytes: number
  now(): Date
}

/** Incidents that changed since an earlier batch: as they were then, and as they are. */
export interface Changed {
  before: Held
  after: Held
  hold: Hold
}

/** How much text of answers is kept for one batch. */
const ANSWERS_BYTES = 32 * 2 ** 20
/** For how many earlier batches it is kept what changed since. */
const MOST_CHANGED = 4

/** One batch of a dashboard in memory, with all that is counted beforehand, and the answers given so far. */
export class Loaded {
  readonly definition: Definition
  readonly memory: Memory
  readonly held: Held
  readonly loadedAt: Date
  readonly sizeBytes: number
  readonly hold: Hold
  readonly answers = new Answers(ANSWERS_BYTES)
  readonly #setup: LoadSetup
  readonly #reading: Reading
  readonly #changed = new Map<BatchAt, Promise<Changed>>()

  constructor(setup: LoadSetup, memory: Memory, held: Held) {
    this.definition = setup.definition
    this.memory = memory
    this.held = held
    this.loadedAt = setup.now()
    this.sizeBytes = memory.sizeBytes + (held.aggregates?.sizeBytes ?? 0)
    this.#setup = setup
    this.#reading = new Reading(() => setup.lake.open(setup.batchAt))
    this.hold = new Hold(() => {
      void this.#reading.close()
      setup.counters.forget(held.id)
      for (const since of this.#changed.keys()) this.#forgetChanged(since)
    })
  }

  /** What changed since an earlier batch, read from the ledger. */
  changed(since: BatchAt): Promise<Changed> {
    const known = this.#changed.get(since)
    if (known) return known
    const found = loadChanged(this.#setup, this.memory, since)
    this.#changed.set(since, found)
    found.catch(() => this.#changed.delete(since))
    const [oldest] = this.#changed.keys()
    if (this.#changed.size > MOST_CHANGED && oldest !== undefined) this.#forgetChanged(oldest)
    return found
  }

  /** Asks the lake for what is not in memory. */
  read<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    return this.#reading.read(work)
  }

  #forgetChanged(since: BatchAt): void {
    const gone = this.#changed.get(since)
    this.#changed.delete(since)
    void gone?.then(({ hold }) => hold.release()).catch(() => undefined)
  }

  release(): void {
    this.hold.release()
  }
}

/** Loads one batch of a dashboard, and counts beforehand what is worth it. */
export async function load(setup: LoadSetup): Promise<Loaded> {
  const { definition, lake, counters, batchAt, limitBytes } = setup
  const memory = await withEngine(lake.open(batchAt), (engine) =>
    loadMemory(engine, { definition, incidents: lake.incidents, batchAt, limitBytes }),
  )
  const { columns, calendar } = memory
  const id = counters.hold(columns)
  try {
    return new Loaded(setup, memory, { id, columns, calendar, aggregates: await aggregate(counters, id, columns, calendar) })
  } catch (error) {
    counters.forget(id)
    throw error
  }
}

async function loadChanged(setup: LoadSetup, memory: Memory, since: BatchAt): Promise<Changed> {
  const { definition, lake, counters, batchAt, limitBytes } = setup
  const side = async (which: 'before' | 'after'): Promise<Held> => {
    const { columns, calendar } = await withEngine(lake.openChanged(since, batchAt, which), (engine) =>
      loadLike(engine, { definition, incidents: lake.incidents, batchAt, limitBytes }, memory),
    )
    return { id: counters.hold(columns), columns, calendar, aggregates: undefined }
  }
  const before = await side('before')
  try {
    const after = await side('after')
    const hold = new Hold(() => {
      for (const { id } of [before, after]) counters.forget(id)
    })
    return { before, after, hold }
  } catch (error) {
    counters.forget(before.id)
    throw error
  }
}

async function withEngine<E extends AsyncDisposable, T>(opening: Promise<E>, work: (engine: E) => Promise<T>): Promise<T> {
  await using engine = await opening
  return await work(engine)
}
