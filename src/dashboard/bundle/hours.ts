import { counted, escaped } from './markup.ts'
import type { PublicMark } from './public-mark.ts'
import { evenStep, legend } from './steps.ts'

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** A week as a table of hours, the darker the more; the numbers are there for who points at them, or does not see. */
export function hours(marks: readonly PublicMark[], unit: string): string {
  const told = marks.flatMap(({ value }) => value ?? [])
  const [least, most] = [Math.min(...told, Infinity), Math.max(...told, 0)]
  const byKey = new Map(marks.map((mark) => [mark.key, mark]))
  const all = Array.from({ length: 24 }, (_, hour) => hour)
  const head = all
    .map((hour) => `<th scope="col"><span${hour % 3 === 0 ? '' : ' class="hidden"'}>${hour}h</span></th>`)
    .join('')
  const rows = DAYS.map((day, i) => {
    const cells = all.map((hour) => {
      const { value } = byKey.get(`${i + 1}-${hour}`) ?? { value: 0 }
      const step = value === null || value === 0 ? 0 : evenStep(value, least, most)
      const title = `${day}, ${hour}h: ${counted(value)} ${unit}`
      return `<td class="step-${step}" title="${escaped(title)}"><span class="hidden">${counted(value)}</span></td>`
    })
    return `<tr><th scope="row">${day.slice(0, 3)}</th>${cells.join('')}</tr>`
  })
  const grid = `<table class="hours"><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`
  return told.length > 0 ? `${grid}${legend(counted(least), `${counted(most)} ${unit}`)}` : grid
}
