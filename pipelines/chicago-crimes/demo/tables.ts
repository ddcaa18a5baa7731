import { readFileSync } from 'node:fs'

/**
 * A table of this folder, by column name. They hold shares and rates rounded from published statistics of the city's
 * crimes of 2001 to 2026, and no row of anybody's.
 */
export function readTable(name: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(new URL(`./${name}.csv`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map(cellsOf)
  return lines.map((cells) => Object.fromEntries(head!.map((column, i) => [column, cells[i] ?? ''])))
}

function cellsOf(line: string): string[] {
  const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)]
  return cells.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
}

/** The value at `x` on the straight lines through `knots`, level beyond both ends. */
export function between(knots: readonly number[], values: readonly number[], x: number): number {
  const next = knots.findIndex((knot) => knot >= x)
  if (next === -1) return values.at(-1)!
  if (next === 0) return values[0]!
  const part = (x - knots[next - 1]!) / (knots[next]! - knots[next - 1]!)
  return values[next - 1]! * (1 - part) + values[next]! * part
}
