import type { ReactNode } from 'react'
import { Link } from '../../link.tsx'
import { hrefOf, usePlace } from '../../url-state.ts'

const PARTS = [
  { path: '/catalog', title: 'Tables' },
  { path: '/catalog/quality', title: 'Quality' },
  { path: '/catalog/quarantine', title: 'Quarantine' },
]

/** The catalog's title, and the way between its parts. */
export function CatalogHead({ title, news, children }: { title: string; news: ReactNode; children?: ReactNode }) {
  const { path } = usePlace()
  return (
    <header className="page-head">
      <div>
        <h1>{title}</h1>
        <p className="catalog-news">{news}</p>
      </div>
      <nav className="catalog-parts" aria-label="Parts of the catalog">
        {PARTS.map((part) => (
          <Link key={part.path} href={hrefOf(part.path)} aria-current={path === part.path ? 'page' : undefined}>
            {part.title}
          </Link>
        ))}
      </nav>
      {children}
    </header>
  )
}
