/**
 * Hexagons of one size over a city, their points to the north, on a map that is true to size at the origin (equirectangular).
 * A place belongs to the nearest centre of two interleaved rectangular lattices, as in d3-hexbin; the key is `column:row`.
 */
export interface HexagonGrid {
  /** Latitude and longitude, in degrees. */
  origin: readonly [number, number]
  /** From the middle to a corner. */
  sizeM: number
}

/** Metres in a degree of latitude (mean radius of the Earth, IUGG). */
const DEGREE_M = (6_371_008.8 * Math.PI) / 180

interface Steps {
  /** Degrees of longitude between two centres of a row. */
  column: number
  /** Degrees of latitude between two rows. */
  row: number
}

function stepsOf({ origin, sizeM }: HexagonGrid): Steps {
  return {
    column: (sizeM * Math.sqrt(3)) / (DEGREE_M * Math.cos((origin[0] * Math.PI) / 180)),
    row: (sizeM * 1.5) / DEGREE_M,
  }
}

/** Columns and rows are counted from here, so that both are positive in a number. */
const SHIFT = 32_768

/**
 * SQL expressions (DuckDB) for a place in steps of the grid, from the origin; then `hexagonNumberSql` wants them as columns:
 * they are needed often, and an engine would work them out as often.
 */
export function hexagonStepsSql(grid: HexagonGrid, latitude: string, longitude: string): { x: string; y: string } {
  const steps = stepsOf(grid)
  return {
    x: `(((${longitude}) - ${exact(grid.origin[1])}) / ${exact(steps.column)})`,
    y: `(((${latitude}) - ${exact(grid.origin[0])}) / ${exact(steps.row)})`,
  }
}

/** A SQL expression (DuckDB) for the number of the hexagon that a place lies in; NULL where it has none. */
export function hexagonNumberSql(x: string, y: string): string {
  // Rows with an even number have their centres at whole columns, odd ones half a column further; each lattice has a nearest
  // centre. Distances are in columns: a row is √3/2 of one.
  const even = { row: `(2 * round(${y} / 2))`, column: `round(${x})` }
  const odd = { row: `(2 * round((${y} - 1) / 2) + 1)`, column: `(round(${x} - 0.5) + 0.5)` }
  const square = (difference: string): string => `(${difference}) * (${difference})`
  const distance = ({ row, column }: typeof even): string =>
    `(${square(`${x} - ${column}`)} + 0.75 * ${square(`${y} - ${row}`)})`
  const number = ({ row, column }: typeof even): string =>
    `((${row} + ${SHIFT}) * ${2 * SHIFT} + floor(${column}) + ${SHIFT})`
  return `(CASE WHEN ${distance(even)} <= ${distance(odd)} THEN ${number(even)} ELSE ${number(odd)} END)::UINTEGER`
}

export function hexagonKey(number: number): string {
  return `${(number % (2 * SHIFT)) - SHIFT}:${Math.floor(number / (2 * SHIFT)) - SHIFT}`
}

/** The same as a SQL expression (DuckDB) of a number. */
export function hexagonKeySql(number: string): string {
  const [column, row] = [`${number}::BIGINT % ${2 * SHIFT}`, `${number}::BIGINT // ${2 * SHIFT}`]
  return `(${column} - ${SHIFT})::VARCHAR || ':' || (${row} - ${SHIFT})::VARCHAR`
}

/** The number of a hexagon's key; undefined for what is none. */
export function hexagonNumber(key: string): number | undefined {
  const [, column, row] = /^(-?\d{1,5}):(-?\d{1,5})$/.exec(key) ?? []
  if (column === undefined || row === undefined) return undefined
  return (Number(row) + SHIFT) * 2 * SHIFT + Number(column) + SHIFT
}

/** The middle of a hexagon, in degrees rounded to about a decimetre. */
export function hexagonCentre(grid: HexagonGrid, key: string): { lat: number; lon: number } {
  const steps = stepsOf(grid)
  const [column, row] = key.split(':').map(Number) as [number, number]
  const shift = row % 2 === 0 ? 0 : 0.5
  return {
    lat: rounded(grid.origin[0] + row * steps.row),
    lon: rounded(grid.origin[1] + (column + shift) * steps.column),
  }
}

function rounded(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6
}

/** A number that SQL reads as a double, not as a decimal. */
function exact(value: number): string {
  return `${value.toExponential()}::DOUBLE`
}
