import type { Pass } from './pass.ts'

/** TINYINT as eight bytes. */
export function layInt8({ bytes, words, view, rows, at, isNull, data }: Pass, unsigned: boolean): void {
  for (let row = 0, to = data >> 2; row < rows; row++, to += 2) {
    if (isNull[row] === 1) continue
    const place = at[row]!
    const value = unsigned ? bytes[place]! : view.getInt8(place)
    words[to] = value
    words[to + 1] = value >> 31
    at[row] = place + 1
  }
}

/** SMALLINT as eight bytes. */
export function layInt16({ words, view, rows, at, isNull, data }: Pass, unsigned: boolean): void {
  for (let row = 0, to = data >> 2; row < rows; row++, to += 2) {
    if (isNull[row] === 1) continue
    const place = at[row]!
    const value = unsigned ? view.getUint16(place, true) : view.getInt16(place, true)
    words[to] = value
    words[to + 1] = value >> 31
    at[row] = place + 2
  }
}

/** MEDIUMINT and INT as eight bytes. */
export function layInt32({ words, view, rows, at, isNull, data }: Pass, unsigned: boolean): void {
  const sign = unsigned ? 0 : -1
  for (let row = 0, to = data >> 2; row < rows; row++, to += 2) {
    if (isNull[row] === 1) continue
    const place = at[row]!
    const value = view.getInt32(place, true)
    words[to] = value
    words[to + 1] = (value >> 31) & sign
    at[row] = place + 4
  }
}

/** BIGINT and DOUBLE, which lie in both places alike. */
export function layEight({ words, view, rows, at, isNull, data }: Pass): void {
  for (let row = 0, to = data >> 2; row < rows; row++, to += 2) {
    if (isNull[row] === 1) continue
    const place = at[row]!
    words[to] = view.getInt32(place, true)
    words[to + 1] = view.getInt32(place + 4, true)
    at[row] = place + 8
  }
}

/** FLOAT as a double. */
export function layFloat({ view, rows, at, isNull, data }: Pass): void {
  for (let row = 0, to = data; row < rows; row++, to += 8) {
    if (isNull[row] === 1) continue
    const place = at[row]!
    view.setFloat64(to, view.getFloat32(place, true), true)
    at[row] = place + 4
  }
}
