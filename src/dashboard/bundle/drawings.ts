import { hexagonCentre } from '../hexagon.ts'
import type { Dimension } from '../definition.ts'
import { bar, counted, escaped, percent, table } from './markup.ts'
import type { PublicMark } from './suppress.ts'

/** Charts as tables with bars, and as plain SVG: no script, so that they open from a disk as well as from a server. */

type Words = { value: string; base: string }

/** `other` is what stands below the marks that are shown. */
export function rankedBars(
  marks: readonly PublicMark[],
  words: Words,
  { linkOf, other }: { linkOf(key: string): string | undefined; other: PublicMark | undefined },
): string {
  const most = Math.max(1, ...marks.map(({ value }) => value ?? 0))
  const columns = [
    { head: 'Value', isNumber: false },
    { head: '', isNumber: false },
    { head: words.value, isNumber: true },
    { head: words.base, isNumber: true },
    { head: 'share', isNumber: true },
  ]
  const rows = [...marks, ...(other ? [other] : [])].map(({ key, label = key, value, base, share }) => {
    const link = linkOf(key)
    const name = link === undefined ? escaped(label) : `<a href="${escaped(link)}">${escaped(label)}</a>`
    return [{ html: name }, { html: bar((value ?? 0) / most) }, counted(value), counted(base), percent(share)]
  })
  return table(columns, rows)
}

const HEIGHT = 120

export function columns(marks: readonly PublicMark[], unfinished: string | undefined, words: Words): string {
  const most = Math.max(1, ...marks.map(({ value }) => value ?? 0))
  const width = 1000 / Math.max(1, marks.length)
  const shapes = marks.map(({ key, value }, i) => {
    const height = ((value ?? 0) / most) * HEIGHT
    const hatched = key === unfinished ? ' class="unfinished"' : ''
    const told = `${key}${hatched ? ' so far' : ''}: ${counted(value)} ${words.value}`
    const [x, y, w, h] = [i * width, HEIGHT - height, width * 0.85, height].map((n) => n.toFixed(2))
    return `<rect${hatched} x="${x}" y="${y}" width="${w}" height="${h}"><title>${escaped(told)}</title></rect>`
  })
  const about = 'role="img" aria-label="By month; the table below has the numbers"'
  const box = `viewBox="0 0 1000 ${HEIGHT}" preserveAspectRatio="none"`
  const drawing = `<svg class="columns" ${box} ${about}>${shapes.join('')}</svg>`
  const rows = [...marks]
    .reverse()
    .map(({ key, value, base, share }) => [
      key === unfinished ? `${key} so far` : key,
      counted(value),
      counted(base),
      percent(share),
    ])
  const ends = `<p class="ends"><span>${marks[0]?.key ?? ''}</span><span>${marks.at(-1)?.key ?? ''}</span></p>`
  return `${drawing}${ends}${folded('Every month', table(numbers('Month', words), rows))}`
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** Numbers shaded in seven steps; the numbers themselves stand in the cells. */
export function heatMap(marks: readonly PublicMark[]): string {
  const most = Math.max(1, ...marks.map(({ value }) => value ?? 0))
  const byKey = new Map(marks.map((mark) => [mark.key, mark]))
  const hours = Array.from({ length: 24 }, (_, hour) => hour)
  const head = ['', ...hours.map((hour) => `<th scope="col">${hour}</th>`)].join('')
  const rows = DAYS.map((day, i) => {
    const cells = hours.map((hour) => {
      const value = byKey.get(`${i + 1}-${hour}`)?.value ?? 0
      return `<td class="heat heat-${Math.ceil((value / most) * 6)}">${counted(byKey.get(`${i + 1}-${hour}`)?.value ?? null)}</td>`
    })
    return `<tr><th scope="row">${day}</th>${cells.join('')}</tr>`
  })
  return `<div class="wide"><table class="grid"><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`
}

export function hexagonMap(marks: readonly PublicMark[], dimension: Dimension, words: Words): string {
  if (dimension.kind !== 'hexagon') return ''
  const grid = { origin: dimension.origin, sizeM: dimension.size_m }
  const degree = 111_195
  const squeeze = Math.cos((dimension.origin[0] * Math.PI) / 180)
  const placed = marks
    .filter(({ key }) => /^-?\d+:-?\d+$/.test(key))
    .map((mark) => {
      const { lat, lon } = hexagonCentre(grid, mark.key)
      return { ...mark, x: lon * degree * squeeze, y: -lat * degree }
    })
  if (placed.length === 0) return '<p>No incident has a place.</p>'
  const [xs, ys] = [placed.map(({ x }) => x), placed.map(({ y }) => y)]
  const size = dimension.size_m
  const [left, top] = [Math.min(...xs) - size, Math.min(...ys) - size]
  const [width, height] = [Math.max(...xs) + size - left, Math.max(...ys) + size - top]
  const ranked = placed.map(({ value }) => value ?? 0).sort((a, b) => a - b)
  const step = (value: number): number => Math.ceil((ranked.findLastIndex((one) => one <= value) / ranked.length) * 6)
  const shapes = placed.map(({ x, y, value }) => {
    const corners = Array.from({ length: 6 }, (_, i) => {
      const angle = (Math.PI / 3) * i + Math.PI / 6
      return `${Math.round(x - left + size * Math.cos(angle))},${Math.round(y - top + size * Math.sin(angle))}`
    })
    const told = `${counted(value)} ${words.value}`
    return `<polygon class="heat-${value ? Math.max(1, step(value)) : 0}" points="${corners.join(' ')}"><title>${escaped(told)}</title></polygon>`
  })
  const label = `${placed.length} hexagons of ${size} m; data/ has their numbers`
  return `<svg class="map" viewBox="0 0 ${Math.round(width)} ${Math.round(height)}" role="img" aria-label="${label}">${shapes.join('')}</svg>`
}

function numbers(first: string, { value, base }: Words) {
  return [
    { head: first, isNumber: false },
    { head: value, isNumber: true },
    { head: base, isNumber: true },
    { head: 'share', isNumber: true },
  ]
}

function folded(title: string, inner: string): string {
  return `<details><summary>${title}</summary>${inner}</details>`
}
