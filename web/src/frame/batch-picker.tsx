import { type Batch, useTimeMachine } from '../batches.ts'
import { Icon } from '../design/icon.tsx'
import { Popover } from '../design/popover.tsx'
import { batchTime, count, counted, words } from '../format.ts'
import { set } from '../url-state.ts'

/** Chooses the batch that every page shows (`?asof=`). */
export function BatchPicker() {
  const { batches, at, batch } = useTimeMachine()
  const newest = batches?.at(-1)
  const shown = batch ? batchTime(batch.batch_at) : at === 'latest' ? 'no batch yet' : at
  const isLatest = batch !== undefined && batch.batch_at === newest?.batch_at
  return (
    <Popover
      className="button button-quiet picker"
      button={
        <>
          <span className="picker-label wide">as of</span>
          <strong className="numeric">{shown}</strong>
          {batch && <span className="picker-label">UTC{isLatest ? ' · latest' : ''}</span>}
          <Icon name="down" size={16} />
        </>
      }
    >
      {(close) => (
        <BatchList
          label="As of which batch"
          batches={batches ?? []}
          chosen={batch?.batch_at}
          choose={(one) => (close(), set({ asof: one === newest ? undefined : one?.batch_at }))}
        />
      )}
    </Popover>
  )
}

/** Chooses the batch that the one shown is compared with (`?compare=`). */
export function ComparePicker() {
  const { batches, compare, batch } = useTimeMachine()
  const earlier = batches?.filter((one) => batch && one.batch_at < batch.batch_at) ?? []
  if (earlier.length === 0 && compare === undefined) return null
  const known = batches?.find((one) => one.batch_at === compare)
  const text = known ? batchTime(known.batch_at) : compare
  return (
    <Popover
      className="button button-quiet picker"
      button={
        <>
          <span className="picker-label">
            {text ? 'compared' : 'compare'} <span className="wide">with{text ? '' : ' …'}</span>
          </span>
          {text && <strong className="numeric">{text}</strong>}
          <Icon name="down" size={16} />
        </>
      }
    >
      {(close) => (
        <BatchList
          label="Compare with which batch"
          batches={earlier}
          chosen={compare}
          none="the batch before"
          choose={(one) => (close(), set({ compare: one?.batch_at }))}
        />
      )}
    </Popover>
  )
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
          <span className="numeric">{batchTime(batch.batch_at)}</span>
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
