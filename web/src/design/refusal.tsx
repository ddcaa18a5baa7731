import type { ReactNode } from 'react'
import { Problem } from '../api.ts'
import { Notice } from './notice.tsx'
import { Prose } from './prose.tsx'

/** Why something was not done, and what to do; nothing where nothing was refused. */
export function Refusal({ error, actions }: { error: unknown; actions?: ReactNode }) {
  if (!error) return null
  const { detail, todo } = Problem.of(error)
  return (
    <Notice tone="bad" title={<Prose text={detail} />} actions={actions}>
      {todo && (
        <p>
          <Prose text={todo} />
        </p>
      )}
    </Notice>
  )
}
