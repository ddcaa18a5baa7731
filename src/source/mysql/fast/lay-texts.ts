import type { Pass } from './pass.ts'
import { isUtf8 } from './utf8.ts'

const INLINE_BYTES = 12
/** By the length of a short text: which bits of its first, second and third word are its own. */
const [FIRST, SECOND, THIRD] = [0, 4, 8].map((before) =>
  Int32Array.from({ length: INLINE_BYTES + 1 }, (_, length) => {
    const own = Math.min(Math.max(length - before, 0), 4)
    return own === 4 ? -1 : (1 << (own * 8)) - 1
  }),
) as [Int32Array, Int32Array, Int32Array]
const HIGH_BITS = 0x8080_8080 | 0
const HEXADECIMAL = Uint8Array.from(Buffer.from('0123456789ABCDEF'))

/** Texts, which stay where they are: the heap of a block is what the server sent. */
export function layTexts(pass: Pass): void {
  const { bytes, words, view, rows, at, isNull, isOdd, data, heap } = pass
  for (let row = 0, to = data >> 2; row < rows; row++, to += 4) {
    if (isNull[row] === 1) {
      words[to] = 0
      continue
    }
    let place = at[row]!
    let length = bytes[place]!
    if (length <= 250) place += 1
    else {
      const short = bytes[place] === 0xfc
      length = (view.getInt32(place, true) >>> 8) & (short ? 0xffff : 0xff_ffff)
      place += short ? 3 : 4
    }
    at[row] = place + length
    words[to] = length
    const first = view.getInt32(place, true)
    let high: number
    if (length <= INLINE_BYTES) {
      words[to + 1] = first & FIRST[length]!
      words[to + 2] = view.getInt32(place + 4, true) & SECOND[length]!
      words[to + 3] = view.getInt32(place + 8, true) & THIRD[length]!
      high = words[to + 1]! | words[to + 2]! | words[to + 3]!
    } else {
      words[to + 1] = first
      words[to + 2] = place - heap
      const last = place + length - 4
      high = view.getInt32(last, true)
      for (let from = place; from < last; from += 4) high |= view.getInt32(from, true)
    }
    if ((high & HIGH_BITS) !== 0 && !isUtf8(bytes, place, place + length)) isOdd[row] = 1
  }
}

/** Binary values as `0x…`, written to the heap from `free` on. Returns where the heap is free then. */
export function layHexadecimal(pass: Pass, free: number): number {
  const { bytes, words, view, rows, at, isNull, data, heap } = pass
  for (let row = 0, to = data >> 2; row < rows; row++, to += 4) {
    words[to] = 0
    if (isNull[row] === 1) continue
    let place = at[row]!
    let length = bytes[place]!
    if (length <= 250) place += 1
    else {
      const short = bytes[place] === 0xfc
      length = (view.getInt32(place, true) >>> 8) & (short ? 0xffff : 0xff_ffff)
      place += short ? 3 : 4
    }
    at[row] = place + length
    const begin = heap + free
    bytes[begin] = 0x30
    bytes[begin + 1] = 0x78
    for (let from = place, into = begin + 2; from < place + length; from++, into += 2) {
      bytes[into] = HEXADECIMAL[bytes[from]! >> 4]!
      bytes[into + 1] = HEXADECIMAL[bytes[from]! & 15]!
    }
    const size = 2 + length * 2
    words[to] = size
    words[to + 1] = view.getInt32(begin, true)
    words[to + 2] = free
    if (size <= INLINE_BYTES) {
      words[to + 1] = view.getInt32(begin, true) & FIRST[size]!
      words[to + 2] = view.getInt32(begin + 4, true) & SECOND[size]!
      words[to + 3] = view.getInt32(begin + 8, true) & THIRD[size]!
    }
    free += size
  }
  return free
}
