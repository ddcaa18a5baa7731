import { asBlotterError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { AlertRun } from '../../model/alert.ts'
import type { Trigger } from '../../orchestrate/schedule/scheduler.ts'
import type { Source } from '../../source/source.ts'
import { readSourceMark, writeSourceMark } from '../../state/source-mark-rows.ts'
import { tellPeople, type Telling } from '../alerting/telling.ts'
import { sourceUrl } from '../source-url.ts'
import type { Watch } from './watch.ts'

interface Parts extends Telling {
  openSource(url: string): Promise<Source>
}

/** The verb that loads. */
type Load = (options: { from: string; into: string }, watch: Watch) => Promise<{ rows: object; seconds: number }>

/** A source that takes longer to say what it looks like is asked another time. */
const MARK_MS = 300_000

/**
 * Loads what the configuration says into the source, unless that has nothing new since it was loaded last. A run that goes on
 * has read the source already. Whatever fails is raised, and the run is not begun.
 */
export async function loadFirst(parts: Parts, load: Load, trigger: Trigger, watch: Watch, log: Log): Promise<void> {
  const { config, clock } = parts
  if (!config.load || trigger === 'interrupted') return
  const { from } = config.load
  const begun = clock.now()
  const told = log.child({ step: 'load', from })
  try {
    const mark = await markOf(parts, from, watch.signal)
    const { database } = parts.state()
    if (mark !== undefined && mark === readSourceMark(database, from))
      return told.info({ state: 'skipped' }, 'nothing new to load')
    told.info({ state: 'running' }, 'step')
    const { rows, seconds } = await load({ from, into: sourceUrl(config) }, watch)
    if (mark !== undefined) writeSourceMark(database, from, { mark, run: 'load', at: clock.now().toISOString() })
    told.info({ state: 'succeeded', rows, seconds }, 'step')
  } catch (error) {
    const { code, message, todo } = asBlotterError(error)
    if (watch.signal.aborted) throw error
    told.error({ state: 'failed', code, message, todo }, 'step')
    const run = loadAsRun(parts, begun, message)
    const identity = { subject: 'load', occasion: begun.toISOString() }
    tellPeople(parts, identity, { event: 'run_failed', run, error: { code, message, todo } })
    throw error
  }
}

/** People are told of a load that failed as of a run that failed in its first step, which it is to them. */
function loadAsRun({ config, clock }: Parts, begun: Date, message: string): AlertRun {
  const at = begun.toISOString()
  const seconds = (clock.now().getTime() - begun.getTime()) / 1000
  const identity = {
    run: `load-${at}`,
    batch_at: at,
    kind: null,
    state: 'failed',
    source: config.load?.from ?? '',
    started_at: at,
  } as const
  return {
    ...identity,
    seconds,
    steps: [{ name: 'load', state: 'failed', seconds, attempts: 1 }],
    attempts: [{ step: 'load', attempt: 1, state: 'failed', started_at: at, message }],
  }
}

/** What a source looks like now, to be told from what it looked like; undefined where it cannot tell. */
export async function markOf(
  { openSource, config }: Pick<Parts, 'openSource' | 'config'>,
  url: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const source = await openSource(url)
  try {
    return await source.mark?.(AbortSignal.any([signal, AbortSignal.timeout(MARK_MS)]))
  } catch (error) {
    // The first load makes the table.
    if (config.load && url === config.source.url && asBlotterError(error).code === 'source_table_missing') return 'no table'
    throw error
  }
}
