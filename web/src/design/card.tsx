import type { ReactNode } from 'react'

/** A sheet of paper; everything that belongs together lies on one. */
export function Card({
  children,
  className = '',
  ...rest
}: {
  children: ReactNode
  className?: string
  'aria-label'?: string
}) {
  return (
    <section className={`card ${className}`} {...rest}>
      {children}
    </section>
  )
}

interface FigureCardProps {
  label: string
  figure: ReactNode
  /** What the figure is of, or since when. */
  note?: ReactNode
}

/** One number that matters, with its name and base. */
export function FigureCard({ label, figure, note }: FigureCardProps) {
  return (
    <Card className="figure-card">
      <p className="caption figure-label">{label}</p>
      <p className="figure numeric">{figure}</p>
      {note && <p className="caption">{note}</p>}
    </Card>
  )
}
