import { Icon } from '../../design/icon.tsx'
import { Popover } from '../../design/popover.tsx'
import { Refusal } from '../../design/refusal.tsx'
import { useMay } from '../../session.ts'
import { go, hrefOf } from '../../url-state.ts'
import { useRunAction } from './runs.ts'

/** Begins a run, for who may. */
export function BeginRun() {
  const may = useMay('operator')
  const action = useRunAction((run) => go(hrefOf(`/runs/${run}`)))
  if (!may) return null
  const begin = (full: boolean): void => action.mutate({ path: '/runs', body: { full } })
  return (
    <div className="runs-begin">
      <Refusal error={action.error} />
      <Popover
        side="right"
        className="button button-main"
        button={
          <>
            <Icon name="runs" size={16} /> {action.isPending ? 'Beginning …' : 'Run now'}
          </>
        }
      >
        {(close) => (
          <>
            <button type="button" className="menu-item runs-choice" onClick={() => (close(), begin(false))}>
              <strong>Incremental</strong>
              <span className="caption">Reads the rows that are new or changed by their cursor.</span>
            </button>
            <button type="button" className="menu-item runs-choice" onClick={() => (close(), begin(true))}>
              <strong>Full</strong>
              <span className="caption">Reads every row, and so finds edits that left the cursor alone.</span>
            </button>
          </>
        )}
      </Popover>
    </div>
  )
}
