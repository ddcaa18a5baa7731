import { PageHead } from '../../design/page-head.tsx'
import { Tabs } from '../../design/tabs.tsx'
import { useMay } from '../../session.ts'
import { hrefOf, usePlace } from '../../url-state.ts'
import { Acts } from './acts.tsx'
import { Devices } from './devices.tsx'
import { Profile } from './profile.tsx'
import { Tokens } from './tokens.tsx'
import { Users } from './users.tsx'
import './settings.css'

const PARTS = [
  { path: '/settings', title: 'You' },
  { path: '/settings/users', title: 'Users' },
  { path: '/settings/tokens', title: 'Tokens' },
  { path: '/settings/log', title: 'Log' },
] as const

/** Oneself, and for admins everybody else. */
export function Page() {
  const { path } = usePlace()
  const isAdmin = useMay('admin')
  return (
    <div className="page">
      <PageHead title="Settings">
        {isAdmin && (
          <Tabs
            label="Parts of the settings"
            tabs={PARTS.map((part) => ({ href: hrefOf(part.path), title: part.title, isCurrent: part.path === path }))}
          />
        )}
      </PageHead>
      <Part path={path} />
    </div>
  )
}

function Part({ path }: { path: string }) {
  if (path === '/settings/users') return <Users />
  if (path === '/settings/tokens') return <Tokens />
  if (path === '/settings/log') return <Acts />
  return (
    <>
      <Profile />
      <Devices />
    </>
  )
}
