import { z } from 'zod'
import { placeInJson } from './json-place.ts'
import { type DefinitionProblem, toldIssue } from './parse-definition.ts'

/** Longitude and latitude in degrees, WGS 84, as GeoJSON has them (RFC 7946). */
export type Position = readonly [number, number]

/** What lies within one boundary: polygons of rings, the first ring of each around it and the others its holes. */
export interface Shape {
  key: string
  polygons: readonly (readonly (readonly Position[])[])[]
}

/** How a dashboard says which of a file's shapes stands for which key. */
export interface BoundariesSpec {
  property: string
  digits?: number | undefined
}

export type ReadBoundaries = { shapes: Shape[] } | { problems: DefinitionProblem[] }

/** Larger files hold more than a screen can show. */
export const LARGEST_BOUNDARIES_BYTES = 16 * 2 ** 20
const MOST_SHAPES = 5000
/** One mistake is often in every shape of a file. */
const MOST_PROBLEMS = 5
/** Points of a map this many steps high or wide are put to the nearest: a screen shows no more. */
const STEPS = 1024
/** To about a decimetre, so that coordinates are short and the same on every machine. */
const DIGITS = 6

const longitude = z.number().min(-180).max(180)
const latitude = z.number().min(-90).max(90)
const ring = z.array(z.tuple([longitude, latitude]).rest(z.number())).min(4)
const polygon = z.array(ring).min(1)
const geoJson = z.object({
  type: z.literal('FeatureCollection'),
  features: z
    .array(
      z.object({
        type: z.literal('Feature'),
        properties: z.record(z.string(), z.unknown()),
        geometry: z.discriminatedUnion('type', [
          z.object({ type: z.literal('Polygon'), coordinates: polygon }),
          z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(polygon).min(1) }),
        ]),
      }),
    )
    .min(1)
    .max(MOST_SHAPES),
})

/** Reads a GeoJSON file of polygons, made simple for the screen; every mistake is told with its line and column. */
export function readBoundaries(file: string, text: string, { property, digits = 0 }: BoundariesSpec): ReadBoundaries {
  const problemAt = (offset: number, message: string): DefinitionProblem => {
    const before = text.slice(0, offset)
    return { file, line: before.split('\n').length, column: offset - before.lastIndexOf('\n'), message }
  }
  let values: unknown
  try {
    values = JSON.parse(text)
  } catch (error) {
    const { message } = error as Error
    return { problems: [problemAt(brokenAt(text, message), `This is no JSON: ${message}.`)] }
  }
  const result = geoJson.safeParse(values)
  if (!result.success) {
    const issues = result.error.issues.flatMap(toldIssue).slice(0, MOST_PROBLEMS)
    return { problems: issues.map(({ path, message }) => problemAt(placeInJson(text, path), message)) }
  }
  const keys = new Set<string>()
  const problems: DefinitionProblem[] = []
  const shapes = result.data.features.map(({ properties, geometry }, i): Shape => {
    const value = properties[property]
    const key = String(value).padStart(digits, '0')
    const place = (): number => placeInJson(text, ['features', i, 'properties', property])
    if (typeof value !== 'string' && typeof value !== 'number')
      problems.push(problemAt(place(), `features.${i}.properties has no text or number "${property}".`))
    else if (keys.has(key)) problems.push(problemAt(place(), `features.${i} is ${key} once more.`))
    keys.add(key)
    const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
    return {
      key,
      polygons: polygons.map((rings) => rings.map((points) => points.map(([lon, lat]): Position => [lon, lat]))),
    }
  })
  return problems.length > 0 ? { problems: problems.slice(0, MOST_PROBLEMS) } : { shapes: simplified(shapes) }
}

/** Where JSON.parse stumbled: V8 tells the position, or quotes the text with ten signs before the one that is wrong. */
function brokenAt(text: string, message: string): number {
  const position = /position (\d+)/.exec(message)?.[1]
  const [, before = '', quoted] = /, (\.{3})?"([^]*)"(?:\.{3})? is not valid JSON/.exec(message) ?? []
  if (position === undefined && quoted !== undefined) return text.indexOf(quoted) + (before === '' ? 0 : 10)
  return position === undefined ? text.length : Number(position)
}

/**
 * Puts all points to a grid that is as fine as a screen, and leaves out those that then say nothing. A point that two shapes
 * share goes to the same place in both, so that no gap opens between neighbours.
 */
export function simplified(shapes: readonly Shape[]): Shape[] {
  const [lon, lat] = [0, 1].map((axis) => {
    const values = shapes.flatMap(({ polygons }) => polygons.flat(2).map((position) => position[axis]!))
    return values.reduce(([least, most], value) => [Math.min(least!, value), Math.max(most!, value)], [Infinity, -Infinity])
  }) as [[number, number], [number, number]]
  const step = Math.max(lon[1] - lon[0], lat[1] - lat[0]) / STEPS
  const toGrid = (value: number): number => (step > 0 ? Number((Math.round(value / step) * step).toFixed(DIGITS)) : value)
  return shapes.map(({ key, polygons }) => {
    const coarse = polygons.flatMap((rings) => {
      const [outer, ...holes] = rings.map((points) => straightened(points.map(([x, y]) => [toGrid(x), toGrid(y)])))
      return outer!.length < SMALLEST_RING ? [] : [[outer!, ...holes.filter(({ length }) => length >= SMALLEST_RING)]]
    })
    // What is smaller than a step keeps its points: it is there.
    return { key, polygons: coarse.length > 0 ? coarse : polygons }
  })
}

/** Three corners, and the first once more. */
const SMALLEST_RING = 4

/** A closed ring without points that lie on the line between their neighbours, or where one lies already. */
function straightened(points: readonly Position[]): Position[] {
  const kept: Position[] = []
  for (const point of points) {
    if (kept.length > 0 && isSame(kept.at(-1)!, point)) continue
    while (kept.length >= 2 && isStraight(kept.at(-2)!, kept.at(-1)!, point)) kept.pop()
    kept.push(point)
  }
  return kept
}

function isSame(a: Position, b: Position): boolean {
  return a[0] === b[0] && a[1] === b[1]
}

/** As exact as coordinates are. */
const STRAIGHT = 10 ** -(2 * DIGITS)

function isStraight([ax, ay]: Position, [bx, by]: Position, [cx, cy]: Position): boolean {
  return Math.abs((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)) <= STRAIGHT
}
