import { type Calendar, dayOf, PUBLISHED_ON_DAY_ZERO } from './calendar.ts'
import { below, draw, TWO_32 } from './random.ts'

// When the city touched many rows at once: what share of a year's incidents bears which stamp, rounded from published
// exports; the stamp for 2025 is invented.
const BULK: Record<number, readonly (readonly [string, number])[]> = {
  2001: [
    ['2015-08-17 15:03:40', 0.955],
    ['2021-09-07 15:41:02', 0.035],
  ],
  2002: [
    ['2018-02-28 15:56:25', 0.71],
    ['2018-02-10 15:50:01', 0.21],
    ['2021-09-07 15:41:02', 0.05],
  ],
  2003: [
    ['2018-02-28 15:56:25', 0.76],
    ['2018-02-10 15:50:01', 0.19],
    ['2021-09-07 15:41:02', 0.04],
  ],
  2009: [
    ['2018-02-28 15:56:25', 0.75],
    ['2016-02-04 06:33:39', 0.13],
    ['2018-02-10 15:50:01', 0.1],
  ],
  2010: [
    ['2018-02-10 15:50:01', 0.86],
    ['2016-02-04 06:33:39', 0.1],
    ['2021-09-07 15:41:02', 0.025],
  ],
  2011: [
    ['2018-02-10 15:50:01', 0.71],
    ['2016-02-04 06:33:39', 0.26],
    ['2021-09-07 15:41:02', 0.02],
  ],
  2012: [
    ['2018-02-10 15:50:01', 0.53],
    ['2016-02-04 06:33:39', 0.44],
    ['2021-09-07 15:41:02', 0.02],
  ],
  2013: [
    ['2018-02-10 15:50:01', 0.97],
    ['2021-09-07 15:41:02', 0.01],
  ],
  2014: [
    ['2018-02-10 15:50:01', 0.73],
    ['2016-02-04 06:33:39', 0.22],
    ['2021-09-07 15:41:02', 0.03],
  ],
  2015: [
    ['2018-02-10 15:50:01', 0.9],
    ['2015-08-17 15:03:40', 0.04],
    ['2021-09-07 15:41:02', 0.035],
  ],
  2016: [
    ['2018-02-10 15:50:01', 0.97],
    ['2021-09-07 15:41:02', 0.015],
  ],
  2017: [
    ['2018-02-10 15:50:01', 0.83],
    ['2017-02-14 15:49:42', 0.07],
    ['2021-09-07 15:41:02', 0.05],
  ],
  2018: [
    ['2018-05-04 15:51:04', 0.8],
    ['2021-09-07 15:41:02', 0.02],
  ],
  2019: [
    ['2019-06-30 15:41:21', 0.3],
    ['2019-07-19 15:40:03', 0.15],
    ['2021-09-07 15:41:02', 0.02],
  ],
  2020: [
    ['2020-12-17 15:40:05', 0.1],
    ['2020-08-21 15:40:37', 0.02],
  ],
  2021: [['2021-09-07 15:41:02', 0.02]],
  2022: [['2023-01-03 15:40:27', 0.94]],
  2023: [['2023-08-19 15:40:26', 0.95]],
  2024: [
    ['2025-05-17 15:40:52', 0.52],
    ['2024-12-21 15:40:46', 0.36],
    ['2025-11-02 15:41:09', 0.12],
  ],
  2025: [['2026-01-17 15:41:12', 0.8]],
  2026: [],
}

/** The share of first touches that come on the day of publishing itself; the others trickle in. */
const AT_ONCE = 0.6
/** The portal that stamps rows opened in this year; older incidents were stamped later. */
const PORTAL = dayOf('2015-08-18')

export interface Stamps {
  /** When a row first published on day `published` had last been touched by `day=0`, or that day itself. */
  of(year: number, published: number, drawn: number): string
}

export function makeStamps(calendar: Calendar): Stamps {
  const byYear = Array.from({ length: calendar.year.at(-1)! - 2000 }, (_, y) => {
    let year = 2001 + y
    while (!BULK[year]) year--
    let upTo = 0
    return BULK[year]!.map(([stamp, share]) => ({ stamp, day: dayOf(stamp.slice(0, 10)), upTo: (upTo += share) * TWO_32 }))
  })
  return {
    of(year, published, drawn) {
      for (const bulk of byYear[year - 2001]!) if (drawn < bulk.upTo && bulk.day > published) return bulk.stamp
      const first = Math.max(published, PORTAL)
      if (published >= PUBLISHED_ON_DAY_ZERO) return calendar.published[published]!
      const again = draw(drawn, published)
      if (published >= PORTAL && again < AT_ONCE * TWO_32) return calendar.published[published]!
      // Most of the trickle comes soon: the square of an even number is mostly small.
      const part = draw(drawn, again) / TWO_32
      return calendar.published[first + below(PUBLISHED_ON_DAY_ZERO - first + 1, part * part * (TWO_32 - 1))]!
    },
  }
}
