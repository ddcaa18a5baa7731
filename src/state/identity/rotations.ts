import { BlotterError } from '../../errors.ts'
import { type ErrorRecord, errorRecord } from '../error-record.ts'
import { recordAct } from './audit.ts'
import type { Identity } from './identity.ts'

type Step = 'create' | 'set' | 'test' | 'finish'
type Trigger = 'hand' | 'schedule'

/** Which account of a secret is in use. */
export interface SecretPointer {
  account: string
  /** The secret that holds its password. */
  entry: string
  rotated_at: string
}

/** A rotation as it is told: `secret status` shows the last one of each secret. */
export interface RotationRecord {
  rotation: number
  secret: string
  account: string
  entry: string
  trigger: Trigger
  state: 'running' | 'failed' | 'succeeded'
  /** Where it is, or where it goes on. */
  step: Step
  started_at: string
  finished_at: string | null
  error: ErrorRecord | null
}

/** How one step of a rotation ended, one of the times that it was tried. */
export interface RotationStepRecord {
  rotation: number
  step: Step
  state: 'succeeded' | 'failed'
  at: string
  error: ErrorRecord | null
}

/** Whose work a rotation is; what the marks mean is the caller's business. */
export interface Worker {
  mark: string
  /** Whether the marked process may still be at work. */
  isAtWork(mark: string): boolean
}

type Row = Omit<RotationRecord, 'error'> & { error: string | null; process: string }

const COLUMNS = 'rotation, secret, account, entry, trigger, state, step, process, started_at, finished_at, error'

export function secretPointer({ database }: Identity, secret: string): SecretPointer | undefined {
  return database.get<SecretPointer>('SELECT account, entry, rotated_at FROM secret_pointers WHERE secret = ?', secret)
}

/** Has a secret be used with the configured account again, whichever its turn had come to. */
export function forgetSecretPointer({ database }: Identity, secret: string): void {
  database.run('DELETE FROM secret_pointers WHERE secret = ?', secret)
}

/** The rotations of a secret, the newest first. */
export function listRotations({ database }: Identity, secret: string, limit: number): RotationRecord[] {
  const sql = `SELECT ${COLUMNS} FROM rotations WHERE secret = ? ORDER BY rotation DESC LIMIT ?`
  return database.all<Row>(sql, secret, limit).map(({ process: _, error, ...row }) => ({ ...row, error: parsed(error) }))
}

/** Each step that was tried, in the order of time. */
export function listRotationSteps({ database }: Identity, rotation: number): RotationStepRecord[] {
  const sql = 'SELECT rotation, step, state, at, error FROM rotation_steps WHERE rotation = ? ORDER BY number'
  return database
    .all<Omit<RotationStepRecord, 'error'> & { error: string | null }>(sql, rotation)
    .map((row) => ({ ...row, error: parsed(row.error) }))
}

/** The record of rotations, kept for one process. */
export function rotationJournal(identity: Identity, worker: Worker) {
  const { database, clock } = identity
  const now = (): string => clock.now().toISOString()
  const noted = (rotation: number, step: Step, state: 'succeeded' | 'failed', error: BlotterError | null): void => {
    const sql = 'INSERT INTO rotation_steps (rotation, step, state, at, error) VALUES (?, ?, ?, ?, ?)'
    database.run(sql, rotation, step, state, now(), error && JSON.stringify(errorRecord(error)))
  }
  return {
    begin: (secret: string, next: { account: string; entry: string }, trigger: Trigger) =>
      database.transaction(() => {
        const open = database.get<Row>(`SELECT ${COLUMNS} FROM rotations WHERE secret = ? AND state <> 'succeeded'`, secret)
        if (open?.state === 'running' && worker.isAtWork(open.process)) throw rotationRunning(open)
        const isSame = open?.account === next.account && open.entry === next.entry
        const step: Step = isSame ? open.step : 'create'
        if (open) {
          const sql = `UPDATE rotations SET account = ?, entry = ?, trigger = ?, state = 'running', step = ?, process = ?,
            finished_at = NULL, error = NULL WHERE rotation = ?`
          database.run(sql, next.account, next.entry, trigger, step, worker.mark, open.rotation)
          return { rotation: open.rotation, secret, ...next, step }
        }
        const sql = `INSERT INTO rotations (secret, account, entry, trigger, state, step, process, started_at)
          VALUES (?, ?, ?, ?, 'running', ?, ?, ?)`
        database.run(sql, secret, next.account, next.entry, trigger, step, worker.mark, now())
        const { rotation } = database.get<{ rotation: number }>('SELECT max(rotation) AS rotation FROM rotations')!
        return { rotation, secret, ...next, step }
      }),
    passed: ({ rotation }: { rotation: number }, step: Step, next: Step) =>
      database.transaction(() => {
        noted(rotation, step, 'succeeded', null)
        database.run('UPDATE rotations SET step = ? WHERE rotation = ?', next, rotation)
      }),
    failed: ({ rotation, secret }: { rotation: number; secret: string }, step: Step, next: Step, error: BlotterError) =>
      database.transaction(() => {
        noted(rotation, step, 'failed', error)
        const sql = "UPDATE rotations SET state = 'failed', step = ?, finished_at = ?, error = ? WHERE rotation = ?"
        database.run(sql, next, now(), JSON.stringify(errorRecord(error)), rotation)
        recordAct(identity, { actor: 'rotation', act: 'rotation_failed', subject: secret, details: { rotation, step } })
      }),
    finished: ({ rotation, secret, account, entry }: { rotation: number; secret: string; account: string; entry: string }) =>
      database.transaction(() => {
        const at = now()
        noted(rotation, 'finish', 'succeeded', null)
        const done = "UPDATE rotations SET state = 'succeeded', step = 'finish', finished_at = ? WHERE rotation = ?"
        database.run(done, at, rotation)
        const sql = `INSERT INTO secret_pointers (secret, account, entry, rotated_at) VALUES (?, ?, ?, ?)
          ON CONFLICT (secret) DO UPDATE
          SET account = excluded.account, entry = excluded.entry, rotated_at = excluded.rotated_at`
        database.run(sql, secret, account, entry, at)
        recordAct(identity, { actor: 'rotation', act: 'secret_rotated', subject: secret, details: { rotation, account } })
        return at
      }),
  }
}

function parsed(error: string | null): ErrorRecord | null {
  return error === null ? null : (JSON.parse(error) as ErrorRecord)
}

function rotationRunning({ secret, started_at: since, step }: Row): BlotterError {
  const message = `Another process renews ${secret} (since ${since}, in the step "${step}"). Nothing was changed.`
  return new BlotterError('rotation_running', message, {
    todo: 'Wait until it has ended. If it hangs, end that process: the next `blotter secret rotate` goes on in its place.',
    context: { secret, since, step },
  })
}
