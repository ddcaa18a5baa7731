import type { FoundColumn } from '../source.ts'

/** `Case Number`, `CASE_NUMBER` and `case number` are one name: small letters, every other sign an underscore. */
export function normalisedName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
}

/**
 * Names as a header has them, made unique as to `normalisedName`: the second `id` becomes `id_2`, a column without a name
 * `unnamed_<position>`. The first bearer of a name keeps it. `reserved` names are given to nobody.
 */
export function uniqueNames(header: readonly string[], reserved: readonly string[] = []): string[] {
  const trimmed = header.map((name, i) => name.trim() || `unnamed_${i + 1}`)
  // A name without letters or digits has no normal form of its own; it stands for itself.
  const key = (name: string): string => (/[\p{L}\p{N}]/u.test(name) ? normalisedName(name) : name)
  const kept = new Set(reserved)
  const taken = new Set([...reserved, ...trimmed.map(key)])
  return trimmed.map((name) => {
    if (!kept.has(key(name))) {
      kept.add(key(name))
      return name
    }
    let n = 2
    while (taken.has(key(`${name}_${n}`))) n++
    taken.add(key(`${name}_${n}`))
    kept.add(key(`${name}_${n}`))
    return `${name}_${n}`
  })
}

/** Columns of all files together, the first file's names and order first; a column of several types is text. */
export function unionOfColumns(files: readonly (readonly FoundColumn[])[]): FoundColumn[] {
  const union = new Map<string, FoundColumn>()
  for (const column of files.flat()) {
    const name = normalisedName(column.name)
    const known = union.get(name)
    if (!known) union.set(name, column)
    else if (known.type !== column.type) union.set(name, { name: known.name, type: 'text', declared: 'text' })
  }
  return [...union.values()]
}
