import { type Bounds, joined, type Projection } from './projection.ts'

/** What lies within a boundary, by the key of its dimension: polygons of rings of longitude and latitude. */
export interface Shape {
  key: string
  polygons: readonly (readonly (readonly (readonly [number, number])[])[])[]
}

/** Undefined where there is no shape. */
export function boundsOf(shapes: readonly Shape[]): Bounds | undefined {
  const places = shapes.flatMap(({ polygons }) => polygons.flat(2))
  const [first, ...others] = places.map(([lon, lat]): Bounds => ({ south: lat, north: lat, west: lon, east: lon }))
  return first && others.reduce(joined, first)
}

/** An SVG path; holes stay open by `fill-rule: evenodd`. */
export function pathOf({ polygons }: Shape, projection: Projection): string {
  return polygons
    .flat()
    .map((ring) => {
      const points = ring.slice(1).map(([lon, lat]) => {
        const { x, y } = projection.place({ lat, lon })
        return `${x.toFixed(1)} ${y.toFixed(1)}`
      })
      return `M${points.join('L')}Z`
    })
    .join('')
}

/** The middle of its largest polygon’s corners: where the arrows of the keyboard find it. */
export function middleOf({ polygons }: Shape, projection: Projection): { x: number; y: number } {
  const [largest = []] = polygons.map(([outer = []]) => outer).sort((a, b) => b.length - a.length)
  const mean = (axis: 0 | 1): number => largest.reduce((sum, position) => sum + position[axis], 0) / largest.length
  return projection.place({ lon: mean(0), lat: mean(1) })
}
