import { type Graph, type LineageTable, parentsOf } from './graph.ts'

export interface Place {
  x: number
  y: number
  height: number
}

export const NODE_WIDTH = 228
const HEAD_HEIGHT = 62
const ROW_HEIGHT = 26
const LIST_PADDING = 10
const GAP_X = 76
const GAP_Y = 24
/** Left of cards that stand below each other, for what joins them. */
const ARC_WIDTH = 56

/** How high a table's card is with so many columns shown. */
function heightOf(columns: number): number {
  return HEAD_HEIGHT + (columns > 0 ? columns * ROW_HEIGHT + LIST_PADDING : 0)
}

/**
 * Places for the tables, left to right: each stands right of all that it is made of, and below those of its column in the
 * way of the data. Where there is no room aside, all stand below each other.
 */
export function layout(graph: Graph, shown: (table: LineageTable) => number, isNarrow: boolean): Map<string, Place> {
  const layers = layersOf(graph)
  const columns = isNarrow
    ? [graph.tables]
    : Array.from({ length: Math.max(0, ...layers.values()) + 1 }, (_, layer) =>
        graph.tables.filter((table) => layers.get(table.name) === layer),
      )
  const heights = columns.map((tables) => tables.reduce((sum, table) => sum + heightOf(shown(table)) + GAP_Y, -GAP_Y))
  const tallest = Math.max(0, ...heights)
  const places = new Map<string, Place>()
  columns.forEach((tables, layer) => {
    // A column that is shorter than the others stands in their middle, unless that would put its head out of sight.
    let y = Math.min((tallest - heights[layer]!) / 2, 160)
    for (const table of tables) {
      const height = heightOf(shown(table))
      places.set(table.name, { x: isNarrow ? ARC_WIDTH : layer * (NODE_WIDTH + GAP_X), y, height })
      y += height + GAP_Y
    }
  })
  return places
}

/** The longest way from a source to each table; what comes from outside stands right before what is made of it first. */
function layersOf({ tables }: Graph): Map<string, number> {
  const byName = new Map(tables.map((table) => [table.name, table]))
  const layers = new Map<string, number>()
  const layerOf = (name: string, trail: readonly string[]): number => {
    const known = layers.get(name)
    const table = byName.get(name)
    if (known !== undefined || !table || trail.includes(name)) return known ?? 0
    const parents = parentsOf(table).filter((parent) => byName.has(parent))
    const layer = parents.length === 0 ? 0 : 1 + Math.max(...parents.map((parent) => layerOf(parent, [...trail, name])))
    layers.set(name, layer)
    return layer
  }
  for (const { name } of tables) layerOf(name, [])
  for (const { name, kind } of tables) {
    const uses = tables.filter((table) => parentsOf(table).includes(name)).map((table) => layers.get(table.name)!)
    if (kind !== 'table' && uses.length > 0) layers.set(name, Math.min(...uses) - 1)
  }
  return layers
}
