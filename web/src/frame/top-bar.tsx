import { useTimeMachine } from '../batches.ts'
import { Icon } from '../design/icon.tsx'
import { Link } from '../link.tsx'
import { hrefWith } from '../url-state.ts'
import { BatchPicker, ComparePicker } from './batch-picker.tsx'
import { Freshness } from './freshness.tsx'
import { Search } from './search.tsx'
import { UserMenu } from './user-menu.tsx'

/** Which batch is looked at, how old the data are, search, and who looks. In the past it is amber as a whole. */
export function TopBar() {
  const { isPast } = useTimeMachine()
  return (
    <header className="top-bar" data-past={isPast}>
      <div className="top-time">
        <BatchPicker />
        <ComparePicker />
      </div>
      {isPast ? <BackToLatest /> : <Freshness />}
      <div className="top-right">
        <Search />
        <UserMenu />
      </div>
    </header>
  )
}

function BackToLatest() {
  return (
    <p className="past">
      <Icon name="clock" size={16} />
      <span>You are looking at the past.</span>
      <Link href={hrefWith({ asof: undefined })}>Back to latest</Link>
    </p>
  )
}
