import type { ReactNode } from 'react'

interface PageHeadProps {
  title: string
  /** Where the page lies, above its title. */
  way?: ReactNode
  /** The news in a sentence. */
  news?: ReactNode
  /** At the right: the way to other parts, and what can be done. */
  children?: ReactNode
}

/** The title of a page, and what it comes to. */
export function PageHead({ title, way, news, children }: PageHeadProps) {
  return (
    <header className="page-head">
      <div>
        {way && <p className="page-way">{way}</p>}
        <h1>{title}</h1>
        {news && <p className="page-news">{news}</p>}
      </div>
      {children}
    </header>
  )
}
