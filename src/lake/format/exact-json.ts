/** A whole number of up to 64 bits: a number where that is exact, else a bigint. So `===` compares ids of any maker. */
export type Integer = number | bigint

// TypeScript does not know these two yet (ECMAScript's "JSON.parse source text access", in Node.js since 22).
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }

// An integer of sixteen digits or more may be unsafe. A hit inside a string only costs time.
const PERHAPS_UNSAFE = /(^|[:,[\s])-?\d{16,}/

export function exactInteger(value: bigint): Integer {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Parses JSON without rounding: Spark and others give snapshots ids of 63 bits. Throws SyntaxError as JSON.parse does. */
export function parseJson(text: string): unknown {
  if (!PERHAPS_UNSAFE.test(text)) return JSON.parse(text)
  return parseWithSource(text, (_key, value, { source }) => {
    const rounded = typeof value === 'number' && !Number.isSafeInteger(value)
    return rounded && source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value
  })
}

/** The inverse of `parseJson`: a bigint becomes a plain JSON number. */
export function formatJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? rawJSON(String(inner)) : inner))
}
