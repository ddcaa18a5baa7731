import type { ReactNode } from 'react'
import { PageHead } from '../../design/page-head.tsx'
import { Tabs } from '../../design/tabs.tsx'
import { hrefOf, usePlace } from '../../url-state.ts'

const PARTS = [
  { path: '/catalog', title: 'Tables' },
  { path: '/catalog/quality', title: 'Quality' },
  { path: '/catalog/quarantine', title: 'Quarantine' },
]

/** The catalog's title, and the way between its parts. */
export function CatalogHead({ title, news }: { title: string; news: ReactNode }) {
  const { path } = usePlace()
  return (
    <PageHead title={title} news={news}>
      <Tabs
        label="Parts of the catalog"
        tabs={PARTS.map((part) => ({ href: hrefOf(part.path), title: part.title, isCurrent: part.path === path }))}
      />
    </PageHead>
  )
}
