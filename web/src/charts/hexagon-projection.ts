import type { Mark } from './mark.ts'
import { type Bounds, fitted, joined, type Projection } from './projection.ts'

interface Grid {
  values?: readonly { key: string; lat?: number; lon?: number }[]
}

const grounds = new WeakMap<Grid, Mark[]>()
const NOWHERE: Grid = {}

/** Every hexagon of a dimension, as marks of nothing; the same list for the same dimension. */
export function groundOf(dimension: Grid = NOWHERE): readonly Mark[] {
  const made =
    grounds.get(dimension) ??
    (dimension.values ?? []).map((value) => ({ ...value, label: value.key, value: 0, base: 0, share: null }))
  grounds.set(dimension, made)
  return made
}

export interface HexagonProjection extends Projection {
  /** An SVG path: a corner to the north. */
  hexagon(x: number, y: number): string
}

/**
 * Fits hexagons, and what is drawn over them, into a width. The size of a hexagon is found from the centres: rows lie one and a half sizes apart. Undefined
 * while there is nothing to draw on.
 */
export function hexagonProjection(
  marks: readonly Mark[],
  width: number,
  tallest: number,
  over?: Bounds,
): HexagonProjection | undefined {
  if (marks.length === 0 || width === 0) return undefined
  const lats = [...new Set(marks.map((mark) => mark.lat ?? 0))].sort((a, b) => a - b)
  const lons = marks.map((mark) => mark.lon ?? 0)
  const bounds = { south: lats[0] ?? 0, north: lats.at(-1) ?? 0, west: Math.min(...lons), east: Math.max(...lons) }
  const sizeDegrees = rowHeight(lats) / 1.5
  const projection = fitted(over ? joined(bounds, over) : bounds, sizeDegrees, width, tallest)
  const size = projection.place({ lat: 0 }).y - projection.place({ lat: sizeDegrees }).y
  const corners = Array.from({ length: 6 }, (_, i) => {
    const angle = (Math.PI / 3) * i - Math.PI / 2
    // A hair smaller than its place, so that neighbours are parted by paper.
    return [Math.cos(angle) * size * 0.95, Math.sin(angle) * size * 0.95] as const
  })
  return {
    ...projection,
    hexagon: (x, y) => `M${corners.map(([dx, dy]) => `${(x + dx).toFixed(1)} ${(y + dy).toFixed(1)}`).join('L')}Z`,
  }
}

function rowHeight(lats: readonly number[]): number {
  const steps = lats.slice(1).map((lat, i) => lat - lats[i]!)
  return Math.min(...steps.filter((step) => step > 1e-4), 1)
}
