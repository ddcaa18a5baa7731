import { FigureCard } from '../../design/card.tsx'
import type { Dashboard } from '../../dashboards.ts'
import { batchTime, count, day, percent, signed } from '../../format.ts'
import type { Figures } from './figures.ts'

/** The four numbers that everybody asks for first. */
export function FigureCards({
  dashboard: { measure, first_date: first },
  figures: { batch_at: batchAt, cards, period },
}: {
  dashboard: Dashboard
  figures: Figures
}) {
  const { value, base, unknown, share, change } = cards
  const label = `${measure.base} ${measure.value}`
  const from = period.from > first ? period.from : first
  return (
    <div className="figure-cards">
      <FigureCard
        label={capital(label)}
        figure={count(value)}
        note={`of ${count(base)} ${measure.base} since ${day(from)}`}
      />
      <FigureCard
        label="Share"
        figure={share === null ? '–' : percent(share)}
        note={
          share === null
            ? 'too few to say'
            : unknown > 0
              ? `${count(unknown)} unknown count as neither`
              : `of all ${measure.base}`
        }
      />
      <FigureCard
        label="Change"
        figure={change ? signed(change.value) : '–'}
        note={change ? `since ${batchTime(change.since, [batchAt])}` : 'no batch before this one'}
      />
      <FigureCard label="Data through" figure={day(cards.data_through)} note="newest incident in this batch" />
    </div>
  )
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
