/** How far two numbers may be apart, as a part of them: ten digits are kept, of which the last may be rounded either way. */
const TOLERANCE = 2e-9

/** Whether two results are one but for the last digits of floating-point numbers; the order of lines does not count. */
export function sameLines(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  const left = a.toSorted()
  const right = b.toSorted()
  return left.every((line, i) => line === right[i] || close(JSON.parse(line), JSON.parse(right[i]!)))
}

function close(a: unknown, b: unknown): boolean {
  if (a === b) return true
  // Whole numbers are exact.
  if (typeof a === 'number' && typeof b === 'number') {
    if (Number.isSafeInteger(a) && Number.isSafeInteger(b)) return false
    return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b))
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [left, right] = [Object.entries(a), Object.entries(b)]
  return (
    left.length === right.length && left.every(([name, value], i) => name === right[i]![0] && close(value, right[i]![1]))
  )
}
