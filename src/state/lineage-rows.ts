import type { Database } from './database.ts'

/** An event that waits to be posted. */
export interface WaitingEvent {
  sequence: number
  /** JSON. */
  event: string
  attempts: number
}

/** An event with what tells it from all others. */
export interface IdentifiedEvent {
  runId: string
  eventType: string
  eventTime: string
  /** JSON. */
  event: string
}

/** Events that wait at most; what comes beyond pushes the oldest out. About as many as five hundred batches have. */
const MAX_WAITING = 10_000
/** Identities of posted events that are kept at most. */
const MAX_POSTED = 10_000

/** Puts events into the outbox, in their order; one that is or was in it already stays as it is. */
export function enqueueEvents(database: Database, events: readonly IdentifiedEvent[]): void {
  database.transaction(() => {
    for (const { runId, eventType, eventTime, event } of events) {
      database.run(
        'INSERT OR IGNORE INTO lineage_outbox (run_id, event_type, event_time, event) VALUES (?, ?, ?, ?)',
        runId,
        eventType,
        eventTime,
        event,
      )
    }
    for (const [which, most] of [
      ['NOT NULL', MAX_WAITING],
      ['NULL', MAX_POSTED],
    ] as const) {
      database.run(
        `DELETE FROM lineage_outbox WHERE event IS ${which} AND sequence <= (
           SELECT sequence FROM lineage_outbox WHERE event IS ${which} ORDER BY sequence DESC LIMIT 1 OFFSET ?)`,
        most,
      )
    }
  })
}

/** The events that wait, oldest first. */
export function waitingEvents(database: Database, limit: number): WaitingEvent[] {
  return database.all<WaitingEvent>(
    'SELECT sequence, event, attempts FROM lineage_outbox WHERE event IS NOT NULL ORDER BY sequence LIMIT ?',
    limit,
  )
}

/** How many events wait to be posted. */
export function countWaiting(database: Database): number {
  return database.get<{ n: number }>('SELECT count(*) AS n FROM lineage_outbox WHERE event IS NOT NULL')?.n ?? 0
}

export function markPosted(database: Database, sequence: number): void {
  database.run('UPDATE lineage_outbox SET event = NULL WHERE sequence = ?', sequence)
}

export function markAttempted(database: Database, sequence: number): void {
  database.run('UPDATE lineage_outbox SET attempts = attempts + 1 WHERE sequence = ?', sequence)
}

/** The event is given up. */
export function markRefused(database: Database, sequence: number, why: string): void {
  database.run('UPDATE lineage_outbox SET event = NULL, refused = ? WHERE sequence = ?', why, sequence)
}

/** An end of a run. */
export interface RunEndMark {
  run: string
  state: string
  endedAt: string
}

export function isToldOf(database: Database, { run, state, endedAt }: RunEndMark): boolean {
  const sql = 'SELECT 1 AS yes FROM lineage_told WHERE run = ? AND state = ? AND ended_at = ?'
  return database.get(sql, run, state, endedAt) !== undefined
}

export function markToldOf(database: Database, { run, state, endedAt }: RunEndMark): void {
  database.run('INSERT OR IGNORE INTO lineage_told (run, state, ended_at) VALUES (?, ?, ?)', run, state, endedAt)
}
