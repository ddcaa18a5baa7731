import { count } from '../format.ts'
import { Link } from '../link.tsx'

interface PagerProps {
  label: string
  /** The first that is shown, from 0. */
  offset: number
  /** At most so many at once. */
  limit: number
  total: number
  /** The address that shows the part from an offset on; 0 is the newest. */
  hrefFrom: (offset: number) => string
}

/** Which part of a long list is shown, and the way to its neighbours; nothing where all of it is. */
export function Pager({ label, offset, limit, total, hrefFrom }: PagerProps) {
  if (total <= limit && offset === 0) return null
  return (
    <nav className="pager" aria-label={label}>
      {offset > 0 && (
        <Link className="button" href={hrefFrom(Math.max(0, offset - limit))}>
          Newer
        </Link>
      )}
      <span className="caption numeric">
        {`${count(offset + 1)} to ${count(Math.min(total, offset + limit))} of ${count(total)}`}
      </span>
      {offset + limit < total && (
        <Link className="button" href={hrefFrom(offset + limit)}>
          Older
        </Link>
      )}
    </nav>
  )
}
