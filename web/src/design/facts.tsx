import type { ReactNode } from 'react'

interface Fact {
  name: string
  value: ReactNode
  isBad?: boolean
}

/** What is known of one thing: names above their values, side by side. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts numeric">
      {facts.map(({ name, value, isBad }) => (
        <div key={name} data-bad={isBad}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
