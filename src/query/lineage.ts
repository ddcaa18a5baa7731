import { BlotterError } from '../errors.ts'
import type { LakeView } from '../history/as-of.ts'
import { BATCHES_TABLE } from '../history/ledger.ts'
import type { Storage } from '../lake/storage.ts'
import { snapshotOf, tagsOf } from '../lake/table.ts'
import type { LineageEvent } from '../lineage/event.ts'
import { batchEventsLocation, readEvents } from '../lineage/event-log.ts'
import { lineageGraph, type TableVersion } from '../lineage/graph-of-events.ts'
import type { LineageGraph } from '../lineage/graph.ts'
import type { BatchAt } from '../model/batch-at.ts'

interface LineageLake {
  storage: Storage
  location: string
}

/** Where every table comes from as of a batch; tables stand in the order of `names`, those of others are left out. */
export async function lineageAt(
  lake: LineageLake,
  view: LakeView,
  batchAt: BatchAt,
  names: readonly string[],
): Promise<LineageGraph> {
  const versions = names.flatMap((name): TableVersion[] => {
    const table = view.tables.find((candidate) => candidate.name === name)
    const snapshot = table && tagsOf(table).get(batchAt)
    if (!table || !snapshot) return []
    const { summary } = snapshot
    return [
      {
        name,
        doc: table.metadata.properties['comment'] ?? '',
        snapshotId: String(snapshot['snapshot-id']),
        batchAt: summary['blotter.batch'] ?? batchAt,
        run: summary['blotter.run'] ?? null,
        codeVersion: summary['blotter.code-version'] ?? null,
      },
    ]
  })
  const ledger = view.tables.find((table) => table.name === BATCHES_TABLE)
  const summary = (ledger && snapshotOf(ledger, batchAt)?.summary) ?? {}
  const known = new Map<BatchAt, Promise<LineageEvent[] | undefined>>()
  const eventsOf = (at: BatchAt): Promise<LineageEvent[] | undefined> => {
    const events = known.get(at) ?? readEvents(lake.storage, batchEventsLocation(lake.location, at))
    known.set(at, events)
    return events
  }
  const batch = { batchAt, run: summary['blotter.run'] ?? null, codeVersion: summary['blotter.code-version'] ?? null }
  return lineageGraph(batch, versions, eventsOf)
}

/** The table that a person means: its name, or the end of it where that is enough. Throws `usage`. */
export function tableMeant(text: string, names: readonly string[]): string {
  const wanted = text.toLowerCase()
  const exact = names.find((name) => name.toLowerCase() === wanted)
  const [near, second] = names.filter((name) => name.toLowerCase().endsWith(`.${wanted}`))
  if (exact ?? (near && !second)) return (exact ?? near)!
  const why = second ? `could be ${near} or ${second}` : 'is no table of this batch'
  throw new BlotterError('usage', `"${text}" ${why}.`, {
    todo: `Name one of: ${names.join(', ')}.`,
    context: { given: text },
  })
}

/** The events of a batch as they were written. Throws `batch_missing` where none were. */
export async function eventsAt(lake: LineageLake, batchAt: BatchAt): Promise<LineageEvent[]> {
  const location = batchEventsLocation(lake.location, batchAt)
  const events = await readEvents(lake.storage, location)
  if (events) return events
  throw new BlotterError(
    'batch_missing',
    `No lineage events were written for the batch ${batchAt}: there is no ${location}.`,
    {
      todo: 'Name a batch that a later Blotter made; `blotter batches` lists them all.',
      context: { batch_at: batchAt, file: location },
    },
  )
}
