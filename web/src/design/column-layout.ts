/** What the layout of a table has to know of a column; widths are in pixels. */
export interface Sized {
  width: number
  /** What is left is shared out by it. Default 0: the column keeps its width. */
  grow?: number
  /** It may be cut to this where all columns fit then. Default: its width. */
  least?: number
  /** It leaves where there is too little room, the last such column first. */
  isSpare?: boolean
}

export interface ColumnLayout<Column> {
  columns: readonly Column[]
  /** For `grid-template-columns`. */
  template: string
  /** Of all columns; a box that is narrower scrolls. */
  minWidth: number
  /** The first column stays in sight while the others scroll: where it leaves them more than half of the room. */
  isPinned: boolean
}

/** Beside the text, and a little for what sorts the column. */
const AROUND_PX = 32
const NARROWEST_PX = 72
/** A column is no wider for its longest text alone. */
export const WIDEST_PX = 360
const CUT = 0.6

/** What a column takes whose texts are so wide; it may be cut a little where all of a row is in sight then. */
export function sizeOfTexts(widestPx: number): { width: number; least: number } {
  const width = Math.ceil(Math.min(WIDEST_PX, Math.max(NARROWEST_PX, widestPx + AROUND_PX)))
  return { width, least: Math.max(NARROWEST_PX, Math.round(width * CUT)) }
}

/** How columns share a width: those that can be spared leave, then what may be cut is, and what does not fit then scrolls. */
export function layoutOf<Column extends Sized>(given: readonly Column[], width: number): ColumnLayout<Column> {
  const columns = fitting(given, width)
  const isCut = sumOf(columns, leastOf) <= width
  const least = isCut ? leastOf : widthOf
  const tracks = columns.map((column) => {
    const [from, to] = [`${least(column)}px`, column.grow ? `${column.grow}fr` : `${column.width}px`]
    return from === to ? to : `minmax(${from}, ${to})`
  })
  return {
    columns,
    template: tracks.join(' '),
    minWidth: sumOf(columns, least),
    isPinned: columns.length > 1 && columns[0]!.width <= width / 2,
  }
}

function fitting<Column extends Sized>(columns: readonly Column[], width: number): readonly Column[] {
  const spare = columns.findLastIndex((column) => column.isSpare)
  // Before a box was measured, nothing is known to be too much.
  if (width === 0 || spare < 0 || sumOf(columns, leastOf) <= width) return columns
  return fitting(columns.toSpliced(spare, 1), width)
}

const widthOf = ({ width }: Sized): number => width
const leastOf = ({ width, least = width }: Sized): number => least

function sumOf(columns: readonly Sized[], of: (column: Sized) => number): number {
  return columns.reduce((sum, column) => sum + of(column), 0)
}
