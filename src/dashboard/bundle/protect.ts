/** What is counted of one key: incidents that the dashboard is about, and all. */
export interface Cell {
  value: number
  base: number
}

/** The cells of one chart by key: first those of all incidents, then of each part of them, which together are the whole. */
export type Rows = readonly ReadonlyMap<string, Cell>[]

/** The keys that a row withholds, or `all`: then nothing is said of the row, not even which keys there are. */
export type Withheld = ReadonlySet<string> | 'all'

/**
 * Which numbers to withhold so that none below a limit is told, nor can be worked out: neither a value or what is left of a
 * base, nor by taking those that are told from a total, along a row or across the parts. `isTold` says of which rows the
 * total is told; of others all is withheld. More is withheld until nothing follows, the smallest first.
 */
export function withhold(rows: Rows, isTold: readonly boolean[], below: number): Withheld[] {
  const table = new Table(rows, isTold, below)
  let isMended = true
  while (isMended) isMended = table.mendRows() || table.mendColumns()
  return table.withheld
}

/** True of a number that could be about somebody. */
export function isSmall(n: number, below: number): boolean {
  return n > 0 && n < below
}

class Table {
  readonly #keys: readonly string[]
  /** By row, then by key; a last row is what the parts leave of the whole, and is never told. */
  readonly #cells: readonly (readonly Cell[])[]
  readonly #hidden: boolean[][]
  /** Rows of which nothing is told. */
  readonly #silent: boolean[]
  readonly #below: number

  constructor(rows: Rows, isTold: readonly boolean[], below: number) {
    this.#keys = [...new Set(rows.flatMap((row) => [...row.keys()]))].sort()
    const told = rows.map((row) => this.#keys.map((key) => row.get(key) ?? { value: 0, base: 0 }))
    const [whole = [], ...parts] = told
    const sum = (at: number, of: keyof Cell): number => parts.reduce((total, part) => total + part[at]![of], 0)
    // Without parts there is nothing to compare the whole with.
    const left = (of: keyof Cell, at: number): number => (parts.length > 0 ? whole[at]![of] - sum(at, of) : 0)
    this.#cells = [...told, whole.map((_, at) => ({ value: left('value', at), base: left('base', at) }))]
    this.#below = below
    this.#silent = [...rows.map((_, row) => !isTold[row]), true]
    this.#hidden = this.#cells.map((row, i) => row.map((cell) => this.#silent[i]! || this.#isSmall(cell)))
  }

  get withheld(): Withheld[] {
    return this.#hidden
      .slice(0, -1)
      .map((row, i) => (this.#silent[i] ? 'all' : new Set(this.#keys.filter((_, at) => row[at]))))
  }

  /** Each row’s total is told. Where no key is left to withhold, the row says nothing. */
  mendRows(): boolean {
    let isMended = false
    this.#cells.forEach((row, i) => {
      if (this.#silent[i] || this.#isSafe(row.filter((_, at) => this.#hidden[i]![at]))) return
      isMended = true
      const [next] = this.#open(row.map((_, at) => [i, at] as const))
      if (next) this.#hide(next)
      else {
        this.#silent[i] = true
        this.#hidden[i]!.fill(true)
      }
    })
    return isMended
  }

  /** The parts of a key make its whole: if that is told, what is withheld of them has to be safe; else one of them is withheld. */
  mendColumns(): boolean {
    let isMended = false
    if (this.#cells.length < 3) return false
    this.#keys.forEach((_, at) => {
      const parts = this.#cells.map((_row, i) => [i, at] as const).slice(1)
      const withheld = parts.filter(([i]) => this.#hidden[i]![at]).map(([i]) => this.#cells[i]![at]!)
      const isWholeHidden = this.#hidden[0]![at]! && this.#cells[0]![at]!.base > 0
      const isFine = isWholeHidden ? withheld.some(({ base }) => base > 0) : this.#isSafe(withheld)
      if (isFine) return
      const [next] = this.#open(parts)
      if (!next && isWholeHidden) return
      isMended = true
      this.#hide(next ?? [0, at])
    })
    return isMended
  }

  /** True where nothing follows of the single ones from what they are together. */
  #isSafe(withheld: readonly Cell[]): boolean {
    const counted = withheld.filter(({ base }) => base > 0)
    if (counted.length === 0) return true
    const value = counted.reduce((sum, cell) => sum + cell.value, 0)
    const base = counted.reduce((sum, cell) => sum + cell.base, 0)
    const sums = [value, base - value]
    // Each is known to be one at least: together they have to leave room for each of them to be more.
    const isRoomy = base >= counted.length + this.#below - 1
    return counted.length > 1 && isRoomy && !sums.some((sum) => isSmall(sum, this.#below))
  }

  #isSmall({ value, base }: Cell): boolean {
    return [value, base, base - value].some((n) => isSmall(n, this.#below))
  }

  /** The places that are told and count something, the smallest first. */
  #open(places: readonly (readonly [number, number])[]): (readonly [number, number])[] {
    const base = ([i, at]: readonly [number, number]): number => this.#cells[i]![at]!.base
    return places.filter(([i, at]) => !this.#hidden[i]![at] && base([i, at]) > 0).sort((a, b) => base(a) - base(b))
  }

  #hide([i, at]: readonly [number, number]): void {
    this.#hidden[i]![at] = true
  }
}
