import { Icon } from '../design/icon.tsx'
import { Empty } from '../design/states.tsx'
import { Link } from '../link.tsx'
import { hrefOf } from '../url-state.ts'

export function NotFound({ path }: { path: string }) {
  return (
    <Empty title={`There is no page ${path}.`}>
      <Link href={hrefOf('/')}>To the dashboard</Link>
    </Empty>
  )
}

/** Shown where a server knows no login in its pages. */
export function Stranger() {
  return (
    <section className="state">
      <Icon name="lock" size={28} />
      <h1>This needs a login.</h1>
      <p>
        Open the address that <code>blotter serve</code> printed.
      </p>
    </section>
  )
}
