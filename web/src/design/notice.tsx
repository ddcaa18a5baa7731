import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

export type Tone = 'info' | 'ok' | 'warn' | 'bad'

const ICONS: Record<Tone, IconName> = { info: 'info', ok: 'check', warn: 'warning', bad: 'failed' }

interface NoticeProps {
  tone?: Tone
  title: ReactNode
  children?: ReactNode
  /** Buttons and links. */
  actions?: ReactNode
}

/** Something that a person should know, as shape, word and colour. */
export function Notice({ tone = 'info', title, children, actions }: NoticeProps) {
  return (
    <div className="notice" data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={ICONS[tone]} />
      <div className="notice-text">
        <p className="notice-title">{title}</p>
        {children}
      </div>
      {actions && <div className="notice-actions">{actions}</div>}
    </div>
  )
}
