/** A stretch of the Earth, in degrees. */
export interface Bounds {
  south: number
  north: number
  west: number
  east: number
}

/** What holds both. */
export function joined(a: Bounds, b: Bounds): Bounds {
  return {
    south: Math.min(a.south, b.south),
    north: Math.max(a.north, b.north),
    west: Math.min(a.west, b.west),
    east: Math.max(a.east, b.east),
  }
}

/** From places to pixels: north is up. */
export interface Projection {
  height: number
  place(place: { lat?: number | undefined; lon?: number | undefined }): { x: number; y: number }
  pixelsOf(km: number): number
}

const DEGREE_KM = 111.195
const MARGIN = 4

/** Fits a stretch into a width, true to size in its middle (equirectangular); `around` is left on each side, in degrees. */
export function fitted({ south, north, west, east }: Bounds, around: number, width: number, tallest: number): Projection {
  const narrowing = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const spanX = (east - west) * narrowing + 2 * around
  const spanY = north - south + 2 * around
  const scale = Math.min((width - 2 * MARGIN) / spanX, (tallest - 2 * MARGIN) / spanY)
  const left = (width - spanX * scale) / 2
  return {
    height: Math.ceil(spanY * scale + 2 * MARGIN),
    place: ({ lat = 0, lon = 0 }) => ({
      x: left + ((lon - west) * narrowing + around) * scale,
      y: MARGIN + (north - lat + around) * scale,
    }),
    pixelsOf: (km) => (km / DEGREE_KM) * scale,
  }
}
