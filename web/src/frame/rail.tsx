import { Brand } from '../design/brand.tsx'
import { Icon } from '../design/icon.tsx'
import { Popover } from '../design/popover.tsx'
import { Link } from '../link.tsx'
import { type PageEntry, pages } from '../pages.ts'
import { hrefOf } from '../url-state.ts'

const onRail = pages.filter((page) => page.icon)
/** A bottom bar holds five; with more, the fifth opens the others. */
const FIT = 5
const shownBelow = onRail.length > FIT ? onRail.slice(0, FIT - 1) : onRail
const folded = onRail.slice(shownBelow.length)

/** The pages: at the left, and on a phone at the bottom. */
export function Rail({ current }: { current: PageEntry | undefined }) {
  return (
    <nav className="rail" aria-label="Pages">
      <Link className="brand" href={hrefOf('/')}>
        <Brand />
      </Link>
      <ul className="rail-pages">
        {onRail.map((page) => (
          <li key={page.path} data-folded={folded.includes(page)}>
            <RailLink page={page} current={current} />
          </li>
        ))}
        {folded.length > 0 && (
          <li className="rail-more">
            <Popover
              className="rail-link"
              side="right"
              button={
                <>
                  <Icon name="more" />
                  More
                </>
              }
            >
              {(close) => folded.map((page) => <RailLink key={page.path} page={page} current={current} onClick={close} />)}
            </Popover>
          </li>
        )}
      </ul>
    </nav>
  )
}

function RailLink({ page, current, onClick }: { page: PageEntry; current: PageEntry | undefined; onClick?: () => void }) {
  return (
    <Link
      className="rail-link"
      href={hrefOf(page.path)}
      aria-current={page === current ? 'page' : undefined}
      onClick={onClick}
    >
      {page.icon && <Icon name={page.icon} />}
      {page.title}
    </Link>
  )
}
