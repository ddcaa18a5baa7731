import { type RefObject, useLayoutEffect, useRef } from 'react'
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
  const bar = useRef<HTMLElement>(null)
  useHeightTold(bar)
  return (
    <header className="top-bar" data-past={isPast} ref={bar}>
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

/** Tells style sheets how high the bar is, for what sticks below it: where a window is narrow it has several lines. */
function useHeightTold(bar: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const { style } = document.documentElement
    const observer = new ResizeObserver(() => style.setProperty('--top-bar', `${bar.current?.offsetHeight ?? 0}px`))
    if (bar.current) observer.observe(bar.current)
    return () => observer.disconnect()
  }, [bar])
}

function BackToLatest() {
  return (
    <p className="past">
      <span>
        <Icon name="clock" size={16} /> You are looking at the past.
      </span>
      <Link href={hrefWith({ asof: undefined })}>Back to latest</Link>
    </p>
  )
}
