import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Card } from '../../design/card.tsx'
import { Failed, Skeleton } from '../../design/states.tsx'

interface PartProps {
  title: string
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** One matter of the settings. */
export function Part({ title, lead, actions, children }: PartProps) {
  return (
    <Card className="settings-card">
      <header className="settings-head">
        <div>
          <h2>{title}</h2>
          {lead && <p className="caption">{lead}</p>}
        </div>
        {actions}
      </header>
      {children}
    </Card>
  )
}

/** What was read, or how it stands. */
export function Read<T>({ of, children }: { of: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return children(of.data)
  if (of.error) return <Failed error={of.error} retry={() => void of.refetch()} within="card" />
  return <Skeleton lines={3} />
}
