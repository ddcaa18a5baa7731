import { hexagonCentre } from '../../../src/dashboard/memory/hexagon.ts'
import type { Mark } from '../../../web/src/charts/mark.ts'

/** Hexagons in rows and columns as the server tells their middles, from the south-west. */
export function hexagonGrid(rows: number, columns: number): Mark[] {
  const grid = { origin: [41.8781, -87.6298] as const, sizeM: 350 }
  return Array.from({ length: rows * columns }, (_, i) => {
    const key = `${(i % columns) - columns / 2}:${Math.floor(i / columns) - rows / 2}`
    return { key, label: key, value: i, base: i, share: null, ...hexagonCentre(grid, key) }
  })
}
