/** Of the demo, `--rows` is how many there are, so that the city is whole; of all others, how many are taken. */
export function limited(from: string, rows: number | undefined): { from: string; limit?: number } {
  if (rows === undefined) return { from }
  if (!from.startsWith('demo:')) return { from, limit: rows }
  const url = new URL(from)
  url.searchParams.set('rows', String(rows))
  return { from: url.href }
}
