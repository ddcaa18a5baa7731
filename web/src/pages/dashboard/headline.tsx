import { useTimeMachine } from '../../batches.ts'
import type { Dashboard } from '../../dashboards.ts'
import { batchTime, count, percent } from '../../format.ts'
import type { Figures } from './figures.ts'
import { isAnythingChosen, type Selection } from './selection.ts'

interface HeadlineProps {
  dashboard: Dashboard
  figures: Figures
  selection: Selection
}

/** One sentence that says the news: how many, how many more, and how many got what the others wait for. */
export function Headline({ dashboard: { title, measure }, figures: { cards }, selection }: HeadlineProps) {
  return (
    <header className="headline">
      <p className="overline">{title}</p>
      <h1 className="numeric">
        {cards.base === 0 ? `No ${measure.base} fit what is chosen.` : <News {...{ measure, cards, selection }} />}
      </h1>
    </header>
  )
}

interface NewsProps {
  measure: Dashboard['measure']
  cards: Figures['cards']
  selection: Selection
}

function News({ measure, cards, selection }: NewsProps) {
  const isPart = isAnythingChosen(selection)
  return (
    <>
      <strong>{count(cards.value)}</strong>
      {isPart ? ` of ${count(cards.base)} ${measure.base} chosen` : ` ${measure.base}`} {cards.value === 1 ? 'is' : 'are'}{' '}
      {measure.value}
      {isPart && cards.share !== null && ` (${percent(cards.share)})`}
      <Since change={cards.change} isPart={isPart} />
    </>
  )
}

function Since({ change, isPart }: { change: Figures['cards']['change']; isPart: boolean }) {
  const { batch, compare } = useTimeMachine()
  const got = batch?.changes['arrested'] ?? 0
  if (!change) return '.'
  const than = compare === undefined ? 'at the batch before' : `as of ${batchTime(change.since, batch && [batch.batch_at])}`
  const more =
    change.value === 0
      ? `as many as ${than}`
      : `${count(Math.abs(change.value))} ${change.value > 0 ? 'more' : 'fewer'} than ${than}`
  return `, ${more}${!isPart && compare === undefined && got > 0 ? `; ${count(got)} got one` : ''}.`
}
