import { type ComponentType, lazy, Suspense, useEffect } from 'react'
import { useFollowBatches } from '../batches.ts'
import { Skeleton } from '../design/states.tsx'
import { SessionKeeper } from '../pages/login/confirm-identity.tsx'
import { LOGIN, type PageEntry, pageAt, pages } from '../pages.ts'
import { useSession } from '../session.ts'
import { go, usePlace } from '../url-state.ts'
import { Boundary } from './boundary.tsx'
import { NotFound, Stranger } from './outside.tsx'
import { Rail } from './rail.tsx'
import { TopBar } from './top-bar.tsx'

/** Made once, so that a page keeps its state while its parameters change. */
const components = new Map<PageEntry, ComponentType>(
  pages.map((page) => [page, lazy(async () => ({ default: (await page.load()).Page }))]),
)

/** Rail and top bar around the page that the address names; a page that is bare stands alone. */
export function Frame() {
  const { path } = usePlace()
  const page = pageAt(path)
  useEffect(() => void (document.title = page ? `${page.title} · Blotter` : 'Blotter'), [page])
  if (page?.bare) return <Shown page={page} />
  return <Inside page={page} path={path} />
}

function Inside({ page, path }: { page: PageEntry | undefined; path: string }) {
  const { session, isStranger } = useSession()
  const mustLogIn = isStranger || (session !== undefined && session.user === null)
  useEffect(() => {
    if (mustLogIn && pageAt(LOGIN))
      go(`${LOGIN}?next=${encodeURIComponent(location.pathname + location.search)}`, { replace: true })
  }, [mustLogIn])
  if (mustLogIn) return pageAt(LOGIN) ? null : <Stranger />
  return <Framed page={page} path={path} />
}

function Framed({ page, path }: { page: PageEntry | undefined; path: string }) {
  useFollowBatches()
  return (
    <div className="frame">
      <a className="skip" href="#content">
        Skip to content
      </a>
      <SessionKeeper />
      <Rail current={page} />
      <TopBar />
      <main id="content" className="content" tabIndex={-1}>
        {page ? <Shown page={page} key={page.path} /> : <NotFound path={path} />}
      </main>
    </div>
  )
}

function Shown({ page }: { page: PageEntry }) {
  const Component = components.get(page)
  return (
    <Boundary>
      <Suspense fallback={<Skeleton height={480} label={`Loading ${page.title}`} />}>{Component && <Component />}</Suspense>
    </Boundary>
  )
}
