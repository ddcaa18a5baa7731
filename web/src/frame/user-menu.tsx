import { useState } from 'react'
import { Icon } from '../design/icon.tsx'
import { Popover } from '../design/popover.tsx'
import { Link } from '../link.tsx'
import { useSignOut } from '../pages/login/sign-out.ts'
import { useSession } from '../session.ts'
import { chooseTheme, chosenTheme, type Theme } from '../theme.ts'
import { hrefOf } from '../url-state.ts'

const THEMES: { theme: Theme; label: string }[] = [
  { theme: 'system', label: 'As the system' },
  { theme: 'light', label: 'Light' },
  { theme: 'dark', label: 'Dark' },
]

/** Who is looking, and how. */
export function UserMenu() {
  const { session } = useSession()
  const user = session?.user
  const leave = useSignOut()
  return (
    <Popover
      className="button button-quiet button-icon"
      label="You and the theme"
      side="right"
      button={<Icon name="user" />}
    >
      {(close) => (
        <>
          {user && (
            <div className="menu-head">
              <strong>{user.name}</strong>
              <p className="caption">{`${user.email}, ${user.role}`}</p>
            </div>
          )}
          <ThemeChoice />
          {user && (
            <div className="menu-foot">
              <Link className="menu-item" href={hrefOf('/settings')} onClick={close}>
                Settings
              </Link>
              <button type="button" className="menu-item" onClick={() => void leave()}>
                Sign out
              </button>
            </div>
          )}
        </>
      )}
    </Popover>
  )
}

function ThemeChoice() {
  const [chosen, setChosen] = useState(chosenTheme)
  return (
    <div role="radiogroup" aria-label="Theme">
      {THEMES.map(({ theme, label }) => (
        <button
          key={theme}
          type="button"
          role="radio"
          className="menu-item"
          aria-checked={theme === chosen}
          onClick={() => (chooseTheme(theme), setChosen(theme))}
        >
          {label}
        </button>
      ))}
    </div>
  )
}
