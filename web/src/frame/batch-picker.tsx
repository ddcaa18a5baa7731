import { type Batch, useTimeMachine } from '../batches.ts'
import { Icon } from '../design/icon.tsx'
import { Popover } from '../design/popover.tsx'
import { batchTime, count, counted, words } from '../format.ts'
import { set } from '../url-state.ts'

/** Chooses the batch that every page shows (`?asof=`). */
export function BatchPicker() {
  const { batches, at, batch } = useTimeMachine()
  if (batches?.length === 0) return <p className="picker-none">no batch yet</p>
  return (
    <Popover
      className="button button-quiet picker"
      button={
        <>
          <span className="picker-label wide">as of</span>
          <Chosen name={at} batch={batch} batches={batches ?? []} />
          <Icon name="down" size={16} />
        </>
      }
    >
      {(close) => (
        <BatchList
          label="As of which batch"
          batches={batches ?? []}
          chosen={batch?.batch_at}
          choose={(one) => (close(), set({ asof: one === batches?.at(-1) ? undefined : one?.batch_at }))}
        />
      )}
    </Popover>
  )
}

/** Chooses the batch that the one shown is compared with (`?compare=`). */
export function ComparePicker() {
  const { batches = [], compare, compared, batch } = useTimeMachine()
  const earlier = batches.filter((one) => batch && one.batch_at < batch.batch_at)
  if (earlier.length === 0 && compare === undefined) return null
  return (
    <Popover
      className="button button-quiet picker"
      button={
        <>
          <span className="picker-label">
            {compare ? 'compared' : 'compare'} <span className="wide">with{compare ? '' : ' …'}</span>
          </span>
          {compare && <Chosen name={compare} batch={compared} batches={batches} />}
          <Icon name="down" size={16} />
        </>
      }
    >
      {(close) => (
        <BatchList
          label="Compare with which batch"
          batches={earlier}
          chosen={compared?.batch_at ?? compare}
          none="the batch before"
          choose={(one) => (close(), set({ compare: one?.batch_at }))}
        />
      )}
    </Popover>
  )
}

interface ChosenProps {
  /** A REF, as the address says it. */
  name: string
  /** Undefined until it is known which it is. */
  batch: Batch | undefined
  batches: readonly Batch[]
}

/** A batch by its time, and behind it a name that will be another batch’s after the next one. */
function Chosen({ name, batch, batches }: ChosenProps) {
  if (!batch) return <strong className="numeric">{name}</strong>
  const alias = batch.batch_at === batches.at(-1)?.batch_at ? 'latest' : name.startsWith('latest') ? name : undefined
  return (
    <>
      <strong className="numeric">{batchTime(batch.batch_at, timesOf(batches))}</strong>
      <span className="picker-label picker-alias">{alias === undefined ? 'UTC' : `UTC · ${alias}`}</span>
    </>
  )
}

function timesOf(batches: readonly Batch[]): string[] {
  return batches.map((batch) => batch.batch_at)
}

interface BatchListProps {
  label: string
  /** Oldest first. */
  batches: readonly Batch[]
  chosen: string | undefined
  /** What choosing none means, where that can be chosen. */
  none?: string
  choose: (batch: Batch | undefined) => void
}

const SHOWN_AT_MOST = 400

function BatchList({ label, batches, chosen, none, choose }: BatchListProps) {
  const shown = batches.slice(-SHOWN_AT_MOST).reverse()
  const times = timesOf(shown)
  return (
    <div className="batch-list" role="listbox" aria-label={label}>
      {none !== undefined && (
        <button
          type="button"
          role="option"
          className="menu-item"
          aria-selected={chosen === undefined}
          onClick={() => choose(undefined)}
        >
          {none}
        </button>
      )}
      {shown.map((batch) => (
        <button
          key={batch.batch_at}
          type="button"
          role="option"
          className="menu-item"
          aria-selected={batch.batch_at === chosen}
          onClick={() => choose(batch)}
        >
          <span className="numeric">{batchTime(batch.batch_at, times)}</span>
          <span className="caption">{whatChanged(batch)}</span>
        </button>
      ))}
      {batches.length > SHOWN_AT_MOST && (
        <p className="caption">
          {counted(batches.length - SHOWN_AT_MOST, 'older batch is', 'older batches are')} on the page Changes.
        </p>
      )}
    </div>
  )
}

const KINDS_TOLD = ['new', 'arrested', 'vanished']

function whatChanged({ kind, changes }: Batch): string {
  if (kind === 'restore') return 'restored'
  const told = KINDS_TOLD.filter((one) => changes[one]).map((one) => `${count(changes[one] ?? 0)} ${words(one)}`)
  return told.join(', ') || 'no change'
}
