import { type Alias, aliasOf, below, draw, saltOf, TWO_32 } from './random.ts'
import { onStreet } from './streets.ts'
import { readTable } from './tables.ts'

/** Where incidents happen: blocks that lie in a beat, its district, a ward and a community area. */
export interface Places {
  /** By block. */
  readonly block: readonly string[]
  readonly cell: Uint16Array
  /** By cell, a piece of the city in one beat, ward and community area. */
  readonly beat: readonly string[]
  readonly district: readonly string[]
  readonly ward: Uint8Array
  readonly area: Uint8Array
  /** By cell: its first block; the last entry is the number of blocks. */
  readonly firstBlock: Uint32Array
  /** Which block: of an offense against property, and of any other. */
  readonly property: Alias
  readonly other: Alias
  /** Of each point, `POINTS` to a block, side by side: x and y in State Plane feet, latitude, longitude. */
  readonly points: Float64Array
  /** `(41.883500187, -87.627876698)`, made when it is first asked for. */
  location(point: number): string
}

export const POINTS = 4
const CITY = { west: 1_092_700, east: 1_205_100, south: 1_813_900, north: 1_951_400 }
/** Some blocks see far more than others: the standard deviation of the logarithm. */
const UNEVENNESS = 1.3

export function makePlaces(seed: number): Places {
  const rows = readTable('cells')
  const cells = rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, text]) => [name, Number(text)])))
  const firstBlock = new Uint32Array(cells.length + 1)
  cells.forEach((cell, i) => (firstBlock[i + 1] = firstBlock[i]! + cell['blocks']!))
  const blocks = firstBlock.at(-1)!
  const property = new Float64Array(blocks)
  const other = new Float64Array(blocks)
  const cellOf = new Uint16Array(blocks)
  const block: string[] = []
  const points = new Float64Array(4 * blocks * POINTS)
  const [east, north, way, busy] = ['east', 'north', 'way', 'busy'].map((name) => saltOf(seed, `block-${name}`))
  cells.forEach((cell, i) => {
    let sum = 0
    for (let b = firstBlock[i]!; b < firstBlock[i + 1]!; b++) {
      const at = onStreet(
        within(100 * cell['x']!, 100 * cell['width']!, draw(east!, b), CITY.west, CITY.east),
        within(100 * cell['y']!, 100 * cell['height']!, draw(north!, b), CITY.south, CITY.north),
        draw(way!, b) % 2 === 0,
      )
      block.push(at.block)
      cellOf[b] = i
      setPoints(points, b, at, draw(way!, b))
      property[b] = other[b] = Math.exp(UNEVENNESS * normal(draw(busy!, b)))
      sum += property[b]!
    }
    for (let b = firstBlock[i]!; b < firstBlock[i + 1]!; b++) {
      property[b]! *= (cell['property']! + 0.1) / sum
      other[b]! *= (cell['other']! + 0.1) / sum
    }
  })
  return {
    block,
    cell: cellOf,
    beat: rows.map((row) => row['beat']!),
    district: rows.map((row) => `0${row['beat']!.slice(0, 2)}`),
    ward: Uint8Array.from(cells, (cell) => cell['ward']!),
    area: Uint8Array.from(cells, (cell) => cell['community_area']!),
    firstBlock,
    property: aliasOf(property),
    other: aliasOf(other),
    points,
    location: locations(points),
  }
}

/** `size` is the span of the middle eight tenths. */
function within(middle: number, size: number, drawn: number, least: number, most: number): number {
  return Math.round(Math.min(most, Math.max(least, middle + (drawn / TWO_32 - 0.5) * 1.25 * size)))
}

/** Nearly normal: the sum of four parts of one number. */
function normal(drawn: number): number {
  const sum = (drawn & 255) + ((drawn >>> 8) & 255) + ((drawn >>> 16) & 255) + (drawn >>> 24)
  return (sum - 510) / 147.8
}

/** The city moves a place to somewhere within its block: here to one of four spots along and beside the street. */
function setPoints(points: Float64Array, block: number, at: { x: number; y: number }, drawn: number): void {
  for (let p = 0; p < POINTS; p++) {
    const along = below(440, draw(drawn, p)) - 220
    const beside = below(50, draw(drawn, p + POINTS)) - 25
    const north = drawn % 2 === 0
    const x = at.x + (north ? beside : along)
    const y = at.y + (north ? along : beside)
    points.set([x, y, projected(LATITUDE, x, y), projected(LONGITUDE, x, y)], 4 * (block * POINTS + p))
  }
}

// A quadratic fit to Illinois State Plane East (NAD 1983, feet) within the city: right to a metre.
const LATITUDE = [41.8400647244, -0.00210716485, 0.274410188, -0.00058712245, -0.0000203024, -0.0000066446]
const LONGITUDE = [-87.6736833435, 0.366959203, 0.0028180485, -0.0000199668, 0.00156779755, 0.0000199694]

/** In degrees, to nine decimals as the city gives them. */
function projected(k: readonly number[], x: number, y: number): number {
  const u = (x - 1_164_000) / 100_000
  const v = (y - 1_885_000) / 100_000
  return Math.round((k[0]! + k[1]! * u + k[2]! * v + k[3]! * u * u + k[4]! * u * v + k[5]! * v * v) * 1e9) / 1e9
}

function locations(points: Float64Array): Places['location'] {
  const texts: (string | undefined)[] = Array.from({ length: points.length / 4 })
  return (point) => (texts[point] ??= `(${points[4 * point + 2]}, ${points[4 * point + 3]})`)
}
