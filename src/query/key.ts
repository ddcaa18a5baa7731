const LONGEST = /^-?\d{1,19}$/

/** The key of an incident that a text names: a whole number of 64 bits with its sign; undefined where it is none. */
export function keyOf(text: string): bigint | undefined {
  const wanted = text.trim()
  if (!LONGEST.test(wanted)) return undefined
  const key = BigInt(wanted)
  return BigInt.asIntN(64, key) === key ? key : undefined
}
