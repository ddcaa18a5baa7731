import type { Storage } from '../lake/storage.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { LineageEvent } from './event.ts'

/** Where a lake keeps the events of a batch: one JSON document a line. */
export function batchEventsLocation(lake: string, batchAt: BatchAt): string {
  return `${lake}/lineage/events/${batchAt}.ndjson`
}

/** The same for a run that came to nothing, by how it ended. */
export function runEventsLocation(lake: string, batchAt: BatchAt, run: string, state: string): string {
  return `${lake}/lineage/events/${batchAt}.${run}.${state}.ndjson`
}

/** Writes events as a whole; what an earlier attempt has written there stays, and is what is returned. */
export async function keepEvents(
  storage: Storage,
  location: string,
  events: () => Promise<LineageEvent[]>,
): Promise<LineageEvent[]> {
  const known = await readEvents(storage, location)
  if (known) return known
  const made = await events()
  await storage.writeNew(location, Buffer.from(made.map((event) => `${JSON.stringify(event)}\n`).join('')))
  return made
}

/** Writes events as a whole in place of those of an earlier end. */
export async function replaceEvents(storage: Storage, location: string, events: readonly LineageEvent[]): Promise<void> {
  await storage.remove(location)
  await storage.writeNew(location, Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join('')))
}

/** The events at a location; undefined where none were written, or not by a Blotter that this one understands. */
export async function readEvents(storage: Storage, location: string): Promise<LineageEvent[] | undefined> {
  if (!(await storage.exists(location))) return undefined
  const text = (await storage.read(location)).toString()
  try {
    const events = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LineageEvent)
    return events.length > 0 ? events : undefined
  } catch {
    return undefined
  }
}
