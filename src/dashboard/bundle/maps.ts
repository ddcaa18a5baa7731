import type { Shape } from '../definition/boundaries.ts'
import type { Dimension } from '../definition/definition.ts'
import { hexagonCentre } from '../memory/hexagon.ts'
import { counted, escaped, percent } from './markup.ts'
import type { PublicMark, Words } from './public-mark.ts'
import { evenStep, legend, step } from './steps.ts'

/** A place on a plane: the east to the right, the north up, in thousandths of a degree of latitude. */
type Point = readonly [number, number]

/** True to size at the latitude in the middle of the city. */
function planeOf(latitude: number): (lon: number, lat: number) => Point {
  const squeeze = Math.cos((latitude * Math.PI) / 180)
  return (lon, lat) => [lon * 1000 * squeeze, -lat * 1000]
}

/** Hexagons by their amount, the outlines of areas over them where there are any. */
export function hexagonMap(
  marks: readonly PublicMark[],
  dimension: Extract<Dimension, { kind: 'hexagon' }>,
  shapes: readonly Shape[],
  words: Words,
): string {
  const grid = { origin: dimension.origin, sizeM: dimension.size_m }
  const plane = planeOf(dimension.origin[0])
  const placed = marks.filter(({ key }) => /^-?\d+:-?\d+$/.test(key))
  if (placed.length === 0) return '<p>No incident has a place.</p>'
  const most = Math.max(1, ...placed.map(({ value }) => value ?? 0))
  const size = (dimension.size_m / 111_195) * 1000
  const drawn = placed.map(({ key, value }) => {
    const { lat, lon } = hexagonCentre(grid, key)
    const [x, y] = plane(lon, lat)
    const corners = Array.from({ length: 6 }, (_, i): Point => {
      const angle = (Math.PI / 3) * i + Math.PI / 6
      return [x + size * 0.95 * Math.cos(angle), y + size * 0.95 * Math.sin(angle)]
    })
    const name = value === null ? 'withheld' : `step-${step(value, most)}`
    return { name, rings: [corners], title: `${counted(value)} ${words.value}` }
  })
  const outlines = { name: 'outline', rings: shapes.flatMap(({ polygons }) => ringsOf(polygons, plane)), title: '' }
  const label = `${placed.length} hexagons of ${dimension.size_m} m; the CSV has their numbers`
  return `${svg([...drawn, outlines], label)}${legend('0', `${counted(most)} ${words.value}`)}`
}

/** Areas by their share. */
export function boundaryMap(marks: readonly PublicMark[], shapes: readonly Shape[], words: Words): string {
  const byKey = new Map(marks.map((mark) => [mark.key, mark]))
  const shares = shapes.flatMap(({ key }) => byKey.get(key)?.share ?? [])
  const [least, most] = [Math.min(...shares), Math.max(...shares)]
  const [, latitude = 0] = shapes[0]?.polygons[0]?.[0]?.[0] ?? []
  const plane = planeOf(latitude)
  const drawn = shapes.map(({ key, polygons }) => {
    const { label = key, value = 0, base = 0, share = null } = byKey.get(key) ?? {}
    const name = value === null ? 'withheld' : `step-${share === null ? 0 : evenStep(share, least, most)}`
    const title = `${label}: ${counted(value)} of ${counted(base)}, ${percent(share)}`
    return { name: `area ${name}`, rings: ringsOf(polygons, plane), title }
  })
  const ends = shares.length > 0 ? legend(percent(least), `${percent(most)} ${words.value}`) : ''
  return `${svg(drawn, `${shapes.length} areas; the CSV has their numbers`)}${ends}`
}

function ringsOf(polygons: Shape['polygons'], plane: (lon: number, lat: number) => Point): Point[][] {
  return polygons.flat().map((ring) => ring.slice(1).map(([lon, lat]) => plane(lon, lat)))
}

interface Drawn {
  name: string
  rings: readonly (readonly Point[])[]
  title: string
}

function svg(drawn: readonly Drawn[], label: string): string {
  const points = drawn.flatMap(({ rings }) => rings.flat())
  const least = (axis: 0 | 1): number => points.reduce((found, point) => Math.min(found, point[axis]), Infinity)
  const most = (axis: 0 | 1): number => points.reduce((found, point) => Math.max(found, point[axis]), -Infinity)
  const [left, top] = [least(0) - 1, least(1) - 1]
  const at = ([x, y]: Point): string => `${(x - left).toFixed(1)} ${(y - top).toFixed(1)}`
  const shapes = drawn.map(({ name, rings, title }) => {
    const path = rings.map((ring) => `M${ring.map(at).join('L')}Z`).join('')
    return `<path class="${name}" d="${path}">${title && `<title>${escaped(title)}</title>`}</path>`
  })
  const [width, height] = [Math.ceil(most(0) - left + 1), Math.ceil(most(1) - top + 1)]
  return `<svg class="map" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(label)}">${shapes.join('')}</svg>`
}
