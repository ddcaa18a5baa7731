import { Link } from '../../link.tsx'
import { useMay } from '../../session.ts'
import { hrefOf, usePlace } from '../../url-state.ts'
import { Acts } from './acts.tsx'
import { Devices } from './devices.tsx'
import { Profile } from './profile.tsx'
import { Tokens } from './tokens.tsx'
import { Users } from './users.tsx'
import '../login/login.css'
import './settings.css'

const OWN = [{ path: '/settings', title: 'You' }] as const
const ADMINS = [
  { path: '/settings/users', title: 'Users' },
  { path: '/settings/tokens', title: 'Tokens' },
  { path: '/settings/log', title: 'Log' },
] as const

/** Oneself, and for admins everybody else. */
export function Page() {
  const { path } = usePlace()
  const isAdmin = useMay('admin')
  const parts = isAdmin ? [...OWN, ...ADMINS] : OWN
  return (
    <div className="settings">
      <h1>Settings</h1>
      {isAdmin && (
        <nav className="settings-parts" aria-label="Parts of the settings">
          {parts.map((part) => (
            <Link key={part.path} href={hrefOf(part.path)} aria-current={part.path === path ? 'page' : undefined}>
              {part.title}
            </Link>
          ))}
        </nav>
      )}
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
