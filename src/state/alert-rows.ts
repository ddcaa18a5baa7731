import type { Alert, AlertEvent, AlertIdentity, RaisedAlert } from '../model/alert.ts'
import type { Database } from './database.ts'

/** A delivery that is due: the alert, and how often it was tried by this channel. */
export interface DueDelivery extends RaisedAlert {
  sequence: number
  channel: string
  attempts: number
  /** For whom alone it waits, where others have got it already. */
  only?: string[]
}

/** A delivery as people see it: an element of `alerts list --json`. */
export interface DeliveryRow {
  event: AlertEvent
  subject: string
  run: string | null
  raised_at: string
  channel: string
  state: 'waiting' | 'sent' | 'given_up'
  attempts: number
  next_at: string
  /** Why it was not sent, or not to all. */
  problem: string | null
  ended_at: string | null
}

/** No pause before the next try is longer: what is due later was put off by a clock that has been set back since. */
export const LONGEST_PAUSE_MS = 3_600_000

/** Alerts that are kept at most, those that wait included; what comes beyond pushes the oldest out. */
const MAX_KEPT = 5000

/** Stores an alert for the channels; false if it is stored already, and then nothing is changed. */
export function insertAlert(
  database: Database,
  { event, subject, occasion, alert, raised_at }: RaisedAlert,
  channels: readonly string[],
): boolean {
  return database.transaction(() => {
    const inserted = database.run(
      'INSERT OR IGNORE INTO alerts (event, subject, occasion, run, facts, raised_at) VALUES (?, ?, ?, ?, ?, ?)',
      event,
      subject,
      occasion,
      'run' in alert ? alert.run.run : null,
      JSON.stringify(alert),
      raised_at,
    )
    if (inserted === 0) return false
    for (const channel of channels) {
      database.run(
        `INSERT INTO alert_deliveries (alert, channel, next_at)
         SELECT sequence, ?, raised_at FROM alerts WHERE event = ? AND subject = ? AND occasion = ?`,
        channel,
        event,
        subject,
        occasion,
      )
    }
    database.run(
      'DELETE FROM alerts WHERE sequence <= (SELECT sequence FROM alerts ORDER BY sequence DESC LIMIT 1 OFFSET ?)',
      MAX_KEPT,
    )
    return true
  })
}

export function isRaised(database: Database, { event, subject, occasion }: AlertIdentity): boolean {
  const sql = 'SELECT 1 AS yes FROM alerts WHERE event = ? AND subject = ? AND occasion = ?'
  return database.get(sql, event, subject, occasion) !== undefined
}

/** When the newest alert of an event was raised. */
export function lastRaised(database: Database, event: AlertEvent): string | undefined {
  const sql = 'SELECT raised_at FROM alerts WHERE event = ? ORDER BY sequence DESC LIMIT 1'
  return database.get<{ raised_at: string }>(sql, event)?.raised_at
}

/** What nobody has made good yet, oldest first: of restores alone, or of everything. */
export function openTroubles(
  database: Database,
  only: 'restores' | 'all',
): { sequence: number; event: AlertEvent; run: string | null; raised_at: string }[] {
  return database.all(
    `SELECT a.sequence, event, a.run, raised_at FROM alerts a LEFT JOIN runs r ON r.run = a.run
     WHERE event IN ('deadline_missed', 'run_failed', 'run_held') AND recovered_by IS NULL
       AND (?1 = 'all' OR r.kind = 'restore') ORDER BY a.sequence`,
    only,
  )
}

export function markRecovered(database: Database, sequence: number, by: string): void {
  database.run('UPDATE alerts SET recovered_by = ? WHERE sequence = ?', by, sequence)
}

/** Deliveries to be tried now, oldest alert first, that no living process has claimed. */
export function dueDeliveries(
  database: Database,
  options: { now: string; limit: number; isClaimed(claim: unknown): boolean },
): DueDelivery[] {
  type Row = Omit<DueDelivery, 'alert' | 'only'> & { facts: string; receivers: string | null; claim: string | null }
  const rows = database.all<Row>(
    `SELECT a.sequence, event, subject, occasion, facts, raised_at, channel, attempts, receivers, claim
     FROM alert_deliveries d JOIN alerts a ON a.sequence = d.alert
     WHERE d.state = 'waiting' AND (next_at <= ? OR next_at > ?) ORDER BY a.sequence, channel LIMIT ?`,
    options.now,
    latest(options.now),
    options.limit,
  )
  return rows
    .filter(({ claim }) => claim === null || !options.isClaimed(JSON.parse(claim)))
    .map(({ facts, receivers, claim: _, ...row }) => ({
      ...row,
      alert: JSON.parse(facts) as Alert,
      ...(receivers === null ? {} : { only: JSON.parse(receivers) as string[] }),
    }))
}

export function claimDelivery(database: Database, { sequence, channel }: DueDelivery, claim: object): void {
  const sql = 'UPDATE alert_deliveries SET claim = ?, attempts = attempts + 1 WHERE alert = ? AND channel = ?'
  database.run(sql, JSON.stringify(claim), sequence, channel)
}

/** Ends an attempt: the delivery waits until `next_at`, or is over. */
export function endDelivery(
  database: Database,
  { sequence, channel }: DueDelivery,
  end: { state: DeliveryRow['state']; at: string; next_at?: string; problem: string | null; only?: readonly string[] },
): void {
  database.run(
    `UPDATE alert_deliveries SET state = ?, claim = NULL, problem = ?, next_at = coalesce(?, next_at),
       receivers = coalesce(?, receivers), ended_at = ?
     WHERE alert = ? AND channel = ?`,
    end.state,
    end.problem,
    end.next_at ?? null,
    end.only ? JSON.stringify(end.only) : null,
    end.state === 'waiting' ? null : end.at,
    sequence,
    channel,
  )
}

/** When the next waiting delivery is due; undefined where none waits. */
export function nextDelivery(database: Database, now: string): string | undefined {
  const row = database.get<{ at: string | null }>(
    `SELECT min(CASE WHEN next_at > ?1 THEN ?2 ELSE next_at END) AS at FROM alert_deliveries WHERE state = 'waiting'`,
    latest(now),
    now,
  )
  return row?.at ?? undefined
}

function latest(now: string): string {
  return new Date(Date.parse(now) + LONGEST_PAUSE_MS).toISOString()
}

/** Lets everything that waits be tried at once: what was wrong may have been put right. */
export function makeAllDue(database: Database, now: string): void {
  database.run(`UPDATE alert_deliveries SET next_at = min(next_at, ?) WHERE state = 'waiting'`, now)
}

/** Deliveries, the newest alert first. */
export function readDeliveries(database: Database, limit: number): DeliveryRow[] {
  return database.all<DeliveryRow>(
    `SELECT event, subject, a.run, raised_at, channel, d.state, attempts, next_at, problem, ended_at
     FROM alert_deliveries d JOIN alerts a ON a.sequence = d.alert ORDER BY a.sequence DESC, channel LIMIT ?`,
    limit,
  )
}

/** Deliveries that were never tried, or are being tried now. */
export function countUntried(database: Database): number {
  const sql = `SELECT count(*) AS n FROM alert_deliveries WHERE state = 'waiting' AND (attempts = 0 OR claim IS NOT NULL)`
  return database.get<{ n: number }>(sql)?.n ?? 0
}
