import type { Database } from './database.ts'

/** The row of `lease`: who may change the lake, by process and not by number alone. */
export interface LeaseRow {
  token: string
  run: string | null
  pid: number
  host: string
  /** The space in which `pid` means something: machine start and pid namespace; empty where that is unknown. */
  process_space: string
  /** When the process was started, in the operating system's own words; empty where that is unknown. */
  process_started: string
  since: string
  heartbeat_at: string
  beats: number
}

export function readLease(database: Database): LeaseRow | undefined {
  return database.get<LeaseRow>(
    'SELECT token, run, pid, host, process_space, process_started, since, heartbeat_at, beats FROM lease',
  )
}

/** Takes the lease, whoever had it; the caller has judged that nobody holds it, in the same transaction. */
export function writeLease(database: Database, lease: Omit<LeaseRow, 'beats' | 'heartbeat_at'>): void {
  database.run(
    `INSERT OR REPLACE INTO lease
       (only, token, run, pid, host, process_space, process_started, since, heartbeat_at, beats)
     VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 0)`,
    lease.token,
    lease.run,
    lease.pid,
    lease.host,
    lease.process_space,
    lease.process_started,
    lease.since,
  )
}

/** Each returns whether the lease still is the one with this token. */
export function beatLease(database: Database, token: string, at: string): boolean {
  return database.run('UPDATE lease SET beats = beats + 1, heartbeat_at = ? WHERE token = ?', at, token) === 1
}

export function nameLease(database: Database, token: string, run: string): boolean {
  return database.run('UPDATE lease SET run = ? WHERE token = ?', run, token) === 1
}

export function deleteLease(database: Database, token: string): boolean {
  return database.run('DELETE FROM lease WHERE token = ?', token) === 1
}
