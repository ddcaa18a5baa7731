import { DAYS_BEFORE_MONTH, DAYS_OF_MONTH } from './calendar.ts'
import type { Pass } from './pass.ts'

const MICROS_PER_SECOND = 1e6
const SECONDS_PER_DAY = 86_400
const HALF = 2 ** 32

/** DATETIME and TIMESTAMP as microseconds since 1970. A value is as long as what of it is not zero: 0, 4, 7 or 11 bytes. */
export function layTimes({ bytes, words, view, rows, at, isNull, isOdd, data }: Pass): void {
  for (let row = 0, to = data >> 2; row < rows; row++, to += 2) {
    if (isNull[row] === 1) continue
    const place = at[row]!
    const length = bytes[place]!
    at[row] = place + 1 + length
    const year = view.getUint16(place + 1, true)
    const day = bytes[place + 4]!
    const month = (year << 4) | bytes[place + 3]!
    if (length < 4 || day === 0 || !(day <= DAYS_OF_MONTH[month]!)) {
      isOdd[row] = 1
      continue
    }
    let seconds = (DAYS_BEFORE_MONTH[month]! + day) * SECONDS_PER_DAY
    if (length > 4) seconds += bytes[place + 5]! * 3600 + bytes[place + 6]! * 60 + bytes[place + 7]!
    // Whole seconds in microseconds are exact as a double in any year; with their fraction they would not be.
    const micros = seconds * MICROS_PER_SECOND
    let high = Math.floor(micros / HALF)
    let low = micros - high * HALF
    if (length > 7) {
      low += view.getInt32(place + 8, true)
      if (low >= HALF) {
        low -= HALF
        high += 1
      }
    }
    words[to] = low
    words[to + 1] = high
  }
}

/** DATE as days since 1970. */
export function layDates({ bytes, words, view, rows, at, isNull, isOdd, data }: Pass): void {
  for (let row = 0, to = data >> 2; row < rows; row++, to++) {
    if (isNull[row] === 1) continue
    const place = at[row]!
    const length = bytes[place]!
    at[row] = place + 1 + length
    const day = bytes[place + 4]!
    const month = (view.getUint16(place + 1, true) << 4) | bytes[place + 3]!
    if (length !== 4 || day === 0 || !(day <= DAYS_OF_MONTH[month]!)) isOdd[row] = 1
    else words[to] = DAYS_BEFORE_MONTH[month]! + day
  }
}
