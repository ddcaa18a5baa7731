import { count } from '../format.ts'
import { Link } from '../link.tsx'

interface Tab {
  href: string
  title: string
  isCurrent: boolean
  /** How many there are behind it. */
  total?: number | undefined
}

/** Parts of one thing beside each other, of which one is shown; they scroll where they do not fit. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(({ href, title, isCurrent, total }) => (
        <Link key={title} href={href} aria-current={isCurrent ? 'page' : undefined}>
          {title}
          {total !== undefined && <span className="caption numeric">{count(total)}</span>}
        </Link>
      ))}
    </nav>
  )
}
