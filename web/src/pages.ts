import type { ComponentType } from 'react'
import type { IconName } from './design/icon.tsx'

/** What the file `page.tsx` of a page's folder exports. */
export interface PageModule {
  Page: ComponentType
}

export interface PageEntry {
  /** Everything below it is the page's too: `/runs` is also shown for `/runs/R1`. */
  path: string
  title: string
  /** Pages with an icon are on the rail, in this order. */
  icon?: IconName
  /** Shown without the frame, and to strangers: the login. */
  bare?: true
  load: () => Promise<PageModule>
}

/** All pages, in the order of the rail; each is loaded when it is first shown. */
export const pages: readonly PageEntry[] = [
  { path: '/', title: 'Dashboard', icon: 'dashboard', load: () => import('./pages/dashboard/page.tsx') },
  { path: '/changes', title: 'Changes', icon: 'changes', load: () => import('./pages/changes/page.tsx') },
  { path: '/incidents', title: 'Incident', load: () => import('./pages/incidents/page.tsx') },
  { path: '/sql', title: 'SQL', icon: 'sql', load: () => import('./pages/sql/page.tsx') },
  { path: '/catalog', title: 'Catalog', icon: 'catalog', load: () => import('./pages/catalog/page.tsx') },
  { path: '/lineage', title: 'Lineage', icon: 'lineage', load: () => import('./pages/lineage/page.tsx') },
  { path: '/runs', title: 'Runs', icon: 'runs', load: () => import('./pages/runs/page.tsx') },
  { path: '/settings', title: 'Settings', icon: 'settings', load: () => import('./pages/settings/page.tsx') },
  { path: '/login', title: 'Sign in', bare: true, load: () => import('./pages/login/page.tsx') },
]

export const LOGIN = '/login'

/** The page of a path; undefined where there is none. */
export function pageAt(path: string): PageEntry | undefined {
  return pages.find((page) => page.path === path || (page.path !== '/' && path.startsWith(`${page.path}/`)))
}
