import type { BatchAt } from '../model/batch-at.ts'
import { aggregate } from './aggregates.ts'
import type { Held } from './count.ts'
import type { Counters } from './counters.ts'
import type { Definition } from './definition.ts'
import type { DashboardLake } from './lake.ts'
import { loadLike, loadMemory } from './load.ts'
import type { Memory } from './memory.ts'

/** One batch of a dashboard in memory, with all that is counted beforehand, and the answers given so far. */
export interface Loaded {
  definition: Definition
  memory: Memory
  held: Held
  loadedAt: Date
  sizeBytes: number
  /** Incidents that changed since an earlier batch, by that batch. */
  changed(since: BatchAt): Promise<{ before: Held; after: Held }>
  /** The answer to a question, found once. */
  answer(question: string, find: () => Promise<string>): Promise<string>
  /** Keeps it until the work is done, whoever lets it go meanwhile. */
  using<T>(work: () => Promise<T>): Promise<T>
  /** Lets the threads forget it, once nobody uses it. */
  release(): void
}

interface LoadedSetup {
  definition: Definition
  lake: DashboardLake
  counters: Counters
  batchAt: BatchAt
  limitBytes: number
  now(): Date
}

/** How much text of answers is kept for one batch. */
const ANSWERS_BYTES = 32 * 2 ** 20
/** How many earlier batches' changes are kept for one batch. */
const MOST_CHANGED = 4

/** Loads one batch of a dashboard. */
export async function load(setup: LoadedSetup): Promise<Loaded> {
  const { definition, lake, counters, batchAt, limitBytes } = setup
  const memory = await withEngine(lake.open(batchAt), (engine) =>
    loadMemory(engine, { definition, incidents: lake.incidents, batchAt, limitBytes }),
  )
  const { columns, calendar } = memory
  const id = counters.hold(columns)
  const ids = [id]
  try {
    const aggregates = await aggregate(counters, id, columns, calendar)
    const changed = new Map<BatchAt, Promise<{ before: Held; after: Held }>>()
    let users = 0
    let released = false
    const forget = (): void => {
      if (released && users === 0) for (const one of ids.splice(0)) counters.forget(one)
    }
    return {
      definition,
      memory,
      held: { id, columns, calendar, aggregates },
      loadedAt: setup.now(),
      sizeBytes: memory.sizeBytes + aggregates.sizeBytes,
      changed(since) {
        const known = changed.get(since)
        if (known) return known
        const found = loadChanged(setup, memory, since, (held) => ids.push(held))
        changed.set(since, found)
        found.catch(() => changed.delete(since))
        const oldest = changed.size > MOST_CHANGED ? changed.keys().next().value : undefined
        if (oldest !== undefined) changed.delete(oldest)
        return found
      },
      answer: remember(ANSWERS_BYTES),
      async using(work) {
        users++
        try {
          return await work()
        } finally {
          users--
          forget()
        }
      },
      release() {
        released = true
        forget()
      },
    }
  } catch (error) {
    counters.forget(id)
    throw error
  }
}

async function loadChanged(
  { definition, lake, counters, batchAt, limitBytes }: LoadedSetup,
  memory: Memory,
  since: BatchAt,
  hold: (id: number) => void,
): Promise<{ before: Held; after: Held }> {
  const side = async (which: 'before' | 'after'): Promise<Held> => {
    const options = { definition, incidents: lake.incidents, batchAt, limitBytes }
    const { columns, calendar } = await withEngine(lake.openChanged(since, batchAt, which), (engine) =>
      loadLike(engine, options, memory),
    )
    const id = counters.hold(columns)
    hold(id)
    return { id, columns, calendar, aggregates: undefined }
  }
  return { before: await side('before'), after: await side('after') }
}

async function withEngine<E extends AsyncDisposable, T>(opening: Promise<E>, work: (engine: E) => Promise<T>): Promise<T> {
  await using engine = await opening
  return await work(engine)
}

/** Remembers answers up to so many bytes, those that were asked for last. */
function remember(limitBytes: number): Loaded['answer'] {
  const answers = new Map<string, Promise<string>>()
  let bytes = 0
  return (question, find) => {
    const known = answers.get(question)
    if (known) {
      answers.delete(question)
      answers.set(question, known)
      return known
    }
    const found = find()
    answers.set(question, found)
    found.then(
      (text) => {
        bytes += text.length
        for (const [old, answer] of answers) {
          if (bytes <= limitBytes) break
          if (old === question) continue
          answers.delete(old)
          void answer.then((gone) => (bytes -= gone.length))
          // Its size is known only later; one at a time is enough, since each answer takes its turn here.
          break
        }
      },
      () => answers.delete(question),
    )
    return found
  }
}
