import type { Mark } from './mark.ts'

export interface Projection {
  height: number
  place(mark: Pick<Mark, 'lat' | 'lon'>): { x: number; y: number }
  /** An SVG path: a corner to the north. */
  hexagon(x: number, y: number): string
  pixelsOf(km: number): number
}

const DEGREE_KM = 111.195
const MARGIN = 4

/**
 * Fits hexagons into a width, true to size in the middle of the city (equirectangular). The size of a hexagon is found from
 * the centres: rows lie one and a half sizes apart. Undefined while there is nothing to draw on.
 */
export function projectionOf(marks: readonly Mark[], width: number, tallest: number): Projection | undefined {
  if (marks.length === 0 || width === 0) return undefined
  const lats = [...new Set(marks.map((mark) => mark.lat ?? 0))].sort((a, b) => a - b)
  const lons = marks.map((mark) => mark.lon ?? 0)
  const [south = 0, north = 0] = [lats[0], lats.at(-1)]
  const [west, east] = [Math.min(...lons), Math.max(...lons)]
  const narrowing = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const sizeDegrees = rowHeight(lats) / 1.5
  const spanX = (east - west) * narrowing + 2 * sizeDegrees
  const spanY = north - south + 2 * sizeDegrees
  const scale = Math.min((width - 2 * MARGIN) / spanX, (tallest - 2 * MARGIN) / spanY)
  const left = (width - spanX * scale) / 2
  const size = sizeDegrees * scale
  const corners = Array.from({ length: 6 }, (_, i) => {
    const angle = (Math.PI / 3) * i - Math.PI / 2
    // A hair smaller than its place, so that neighbours are parted by paper.
    return [Math.cos(angle) * size * 0.95, Math.sin(angle) * size * 0.95] as const
  })
  return {
    height: Math.ceil(spanY * scale + 2 * MARGIN),
    place: ({ lat = 0, lon = 0 }) => ({
      x: left + ((lon - west) * narrowing + sizeDegrees) * scale,
      y: MARGIN + (north - lat + sizeDegrees) * scale,
    }),
    hexagon: (x, y) => `M${corners.map(([dx, dy]) => `${(x + dx).toFixed(1)} ${(y + dy).toFixed(1)}`).join('L')}Z`,
    pixelsOf: (km) => (km / DEGREE_KM) * scale,
  }
}

function rowHeight(lats: readonly number[]): number {
  const steps = lats.slice(1).map((lat, i) => lat - lats[i]!)
  return Math.min(...steps.filter((step) => step > 1e-4), 1)
}
