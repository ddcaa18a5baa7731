import { BlotterError } from '../../errors.ts'

/** Functions and names that say something else each time, or each day. */
const TIMES = ['now', 'today', 'current_date', 'current_time', 'current_timestamp', 'localtime', 'localtimestamp']
const VOLATILE = new Set([
  ...TIMES,
  'get_current_time',
  'get_current_timestamp',
  'transaction_timestamp',
  'current_localtime',
  'current_localtimestamp',
  'random',
  'setseed',
  'uuid',
  'gen_random_uuid',
  'uuidv4',
  'uuidv7',
  'txid_current',
  'version',
  'pragma_version',
])
const TIME_NAMES = new Set(TIMES)

/** Throws `citation_refused` for a parsed statement that asks for the time, for chance or for this version of the engine. */
export function refuseVolatile(node: unknown): void {
  if (typeof node !== 'object' || node === null) return
  const { class: kind, function_name: called, column_names: names, sample, children } = node as Record<string, unknown>
  if (typeof called === 'string') {
    const name = called.toLowerCase()
    // age() of one timestamp counts from today.
    if (VOLATILE.has(name) || (name === 'age' && (children as unknown[] | undefined)?.length === 1))
      throw refused(`${name}()`)
  }
  if (kind === 'COLUMN_REF' && Array.isArray(names) && names.length === 1 && TIME_NAMES.has(String(names[0]).toLowerCase()))
    throw refused(String(names[0]))
  if (sample) throw refused('a sample')
  for (const inner of Object.values(node)) refuseVolatile(inner)
}

function refused(what: string): BlotterError {
  return new BlotterError('citation_refused', `This cannot be cited: with ${what}, its result is another one each time.`, {
    todo: `Leave ${what} out: write times out, such as DATE '2026-11-23'.`,
    context: { found: what },
  })
}
