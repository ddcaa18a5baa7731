/**
 * Chance without memory: every number is a hash of a salt and an ordinal, so that any incident can be made alone, in any
 * order, and comes out the same. All numbers are unsigned 32-bit.
 */
export function draw(salt: number, ordinal: number): number {
  return mix((Math.imul(ordinal, 0x9e3779b1) + salt) | 0)
}

/** A salt for one purpose (`stream`) of one seed. */
export function saltOf(seed: number, stream: string): number {
  let salt = mix(seed | 0) ^ mix(Math.floor(seed / TWO_32) | 0)
  for (let i = 0; i < stream.length; i++) salt = mix((salt + Math.imul(stream.charCodeAt(i), 0x85ebca6b)) | 0)
  return salt
}

/** The finalizer "lowbias32" of Chris Wellons, improved by TheIronBorn: a bijection in which every bit moves every other. */
function mix(given: number): number {
  let x = given
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0xd35a2d97)
  return (x ^ (x >>> 15)) >>> 0
}

export const TWO_32 = 4_294_967_296

/** A drawn number as a whole number below `count`. */
export function below(count: number, drawn: number): number {
  return Math.floor((drawn / TWO_32) * count)
}

/** True with the given probability. */
export function chance(probability: number, drawn: number): boolean {
  return drawn < probability * TWO_32
}

/** Weighted choice in constant time (A. J. Walker's alias method, 1977). */
export interface Alias {
  readonly size: number
  /** Of the slot itself, in its share of 2^32; above it the alias is taken. */
  readonly keep: Float64Array
  readonly other: Uint32Array
}

export function aliasOf(weights: readonly number[] | Float64Array): Alias {
  const size = weights.length
  let sum = 0
  for (const weight of weights) sum += weight
  const keep = new Float64Array(size).fill(1)
  const other = Uint32Array.from({ length: size }, (_, i) => i)
  const scaled = Float64Array.from(weights, (weight) => (weight * size) / sum)
  const small: number[] = []
  const large: number[] = []
  scaled.forEach((share, i) => (share < 1 ? small : large).push(i))
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop()!
    const rich = large.at(-1)!
    keep[poor] = scaled[poor]!
    other[poor] = rich
    scaled[rich] = scaled[rich]! + scaled[poor]! - 1
    if (scaled[rich]! < 1) small.push(large.pop()!)
  }
  return { size, keep, other }
}

export function pick(alias: Alias, drawn: number): number {
  const place = (drawn / TWO_32) * alias.size
  const slot = Math.floor(place)
  return place - slot < alias.keep[slot]! ? slot : alias.other[slot]!
}
