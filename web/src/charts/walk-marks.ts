import type { KeyboardEvent } from 'react'

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}
/** How much worse it is to be beside the way than farther along it. */
const ASIDE = 4

/** Arrows go to the nearest mark in their direction, Home and End to the first and the last. */
export function walkMarks(event: KeyboardEvent<SVGSVGElement>): void {
  const marks = [...event.currentTarget.querySelectorAll<SVGElement>('[data-mark]')]
  const here = (event.target as Element).closest<SVGElement>('[data-mark]')
  const direction = DIRECTIONS[event.key]
  const next =
    event.key === 'Home'
      ? marks[0]
      : event.key === 'End'
        ? marks.at(-1)
        : here && direction && nearest(marks, here, direction)
  if (!next) return
  event.preventDefault()
  next.focus()
}

function nearest(
  marks: readonly SVGElement[],
  here: SVGElement,
  [dx, dy]: readonly [number, number],
): SVGElement | undefined {
  const [x, y] = placeOf(here)
  let best: SVGElement | undefined
  let bestCost = Infinity
  for (const mark of marks) {
    const [toX, toY] = placeOf(mark)
    const along = (toX - x) * dx + (toY - y) * dy
    const aside = Math.abs((toX - x) * dy) + Math.abs((toY - y) * dx)
    const cost = along + ASIDE * aside
    if (along > 0 && cost < bestCost) [best, bestCost] = [mark, cost]
  }
  return best
}

function placeOf(mark: SVGElement): [number, number] {
  return [Number(mark.dataset['x']), Number(mark.dataset['y'])]
}
