const YEARS = 10_000
const MONTHS = 16

/**
 * Days from 1970-01-01 to the day before a month's first, by `year * 16 + month`, in the proleptic Gregorian calendar, which
 * is MySQL's.
 */
export const DAYS_BEFORE_MONTH = new Int32Array(YEARS * MONTHS)

/** Days of a month, likewise: 0 for what is no month, and for the year 0, which the engine counts otherwise. */
export const DAYS_OF_MONTH = new Uint8Array(YEARS * MONTHS)

const COMMON_YEAR = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

// 0001-01-01 is that many days before 1970-01-01, and the day before it one more.
let days = -719_163
for (let year = 1; year < YEARS; year++) {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  COMMON_YEAR.forEach((length, i) => {
    const month = year * MONTHS + i + 1
    DAYS_BEFORE_MONTH[month] = days
    DAYS_OF_MONTH[month] = i === 1 && isLeap ? 29 : length
    days += DAYS_OF_MONTH[month]!
  })
}
