import {
  type FocusEvent,
  Fragment,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  useState,
} from 'react'
import { count, percent, signed } from '../format.ts'
import { type Choice, isFaded, type Mark, type Measure } from './mark.ts'
import { Tip } from './tip.tsx'
import { walkMarks } from './walk-marks.ts'

interface Pointed {
  key: string
  x: number
  y: number
}

/**
 * What all charts share: marks are buttons that choose their value, arrows walk them, pointing and focus show what they are.
 * Handlers stand on the drawing once, whatever the number of marks.
 */
export function useMarks(marks: readonly Mark[], choice: Choice, measure: Measure, isPlain = false) {
  const [pointed, setPointed] = useState<Pointed>()
  const first = marks.find((mark) => choice.chosen.has(mark.key)) ?? marks[0]
  const keyAt = (target: EventTarget): string | undefined => markAt(target)?.dataset['mark']
  const drawing = {
    onClick: (event: MouseEvent) => {
      const key = keyAt(event.target)
      if (key !== undefined) choice.toggle(key)
    },
    onKeyDown: (event: KeyboardEvent<SVGSVGElement>) => {
      const key = keyAt(event.target)
      if (key === undefined) return
      if (event.key === 'Enter' || event.key === ' ') return (event.preventDefault(), choice.toggle(key))
      if (event.key === 'Escape') return setPointed(undefined)
      walkMarks(event)
    },
    onPointerMove: (event: PointerEvent) => {
      const key = event.pointerType === 'touch' ? undefined : keyAt(event.target)
      setPointed(key === undefined ? undefined : { key, x: event.clientX, y: event.clientY })
    },
    onPointerLeave: () => setPointed(undefined),
    onFocus: (event: FocusEvent) => {
      const element = markAt(event.target)
      if (!element?.matches(':focus-visible')) return
      const box = element.getBoundingClientRect()
      setPointed({ key: element.dataset['mark'] ?? '', x: box.x + box.width / 2, y: box.y })
    },
    onBlur: () => setPointed(undefined),
  }
  /** `x` and `y` say where the mark stands among the others, for the arrows. */
  const markProps = (mark: Mark, x: number, y: number, hasText = false) => ({
    'data-mark': mark.key,
    'data-x': x,
    'data-y': y,
    'data-faded': isFaded(choice, mark.key),
    role: 'button',
    tabIndex: mark === first ? 0 : -1,
    'aria-pressed': choice.chosen.has(mark.key),
    // Where a mark bears its text, that is its name, so that people who speak to their browser can say what they see.
    [hasText ? 'aria-description' : 'aria-label']: sentenceOf(mark, measure, isPlain),
  })
  const shown = pointed && marks.find((mark) => mark.key === pointed.key)
  const tip: ReactNode = !isPlain && pointed && shown && (
    <Tip x={pointed.x} y={pointed.y}>
      <MarkTip mark={shown} measure={measure} />
    </Tip>
  )
  return { drawing, markProps, tip }
}

function markAt(target: EventTarget): (Element & HTMLOrSVGElement) | null {
  return (target as Element).closest<SVGElement>('[data-mark]')
}

/** `Theft: 24,034 without arrest, 88.2% of 27,240 incidents`. */
function sentenceOf({ label, value, base, share, parts }: Mark, measure: Measure, isPlain = false): string {
  if (parts)
    return `${label}: ${count(value)} ${measure.value}, ${parts.map((one) => `${count(one.value)} ${one.label}`).join(', ')}`
  if (isPlain) return `${label}: ${count(value)} ${measure.value}`
  const of = `of ${count(base)} ${measure.base}`
  return `${label}: ${count(value)} ${measure.value}, ${share === null ? of : `${percent(share)} ${of}`}`
}

function MarkTip({ mark, measure }: { mark: Mark; measure: Measure }) {
  const { label, value, base, share, compared, since_batch: since, parts } = mark
  if (parts)
    return (
      <>
        <strong>{label}</strong>
        <dl>
          {parts.map((part) => (
            <Fragment key={part.label}>
              <dt>{part.label}</dt>
              <dd>{count(part.value)}</dd>
            </Fragment>
          ))}
        </dl>
      </>
    )
  return (
    <>
      <strong>{label}</strong>
      <dl>
        <dt>{measure.value}</dt>
        <dd>{count(value)}</dd>
        <dt>of all {measure.base}</dt>
        <dd>{count(base)}</dd>
        <dt>share</dt>
        <dd>{share === null ? 'too few to say' : percent(share)}</dd>
        {compared && (
          <>
            <dt>compared period</dt>
            <dd>
              {count(compared.value)} ({signed(compared.now - compared.value)}
              {compared.is_marked ? ', more than chance' : ''})
            </dd>
          </>
        )}
        {since !== undefined && (
          <>
            <dt>since the compared batch</dt>
            <dd>{signed(since)}</dd>
          </>
        )}
      </dl>
    </>
  )
}
