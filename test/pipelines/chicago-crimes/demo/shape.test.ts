import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type Row, rowsOf } from './read-rows.ts'

/** Counts of one sample: how many rows pass, of how many. */
class Share {
  readonly rows: Row[]

  constructor(rows: Row[]) {
    this.rows = rows
  }

  of(test: (row: Row) => boolean): number {
    return this.rows.filter(test).length / this.rows.length
  }

  where(test: (row: Row) => boolean): Share {
    return new Share(this.rows.filter(test))
  }
}

function springsForward(date: string): boolean {
  const first = new Date(`${date.slice(0, 4)}-${date < '2007' ? '04-01' : '03-08'}T00:00:00Z`)
  first.setUTCDate(first.getUTCDate() + ((7 - first.getUTCDay()) % 7))
  return first.toISOString().startsWith(date)
}

function near(got: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(got - expected) <= tolerance, `${what}: expected ${expected} ± ${tolerance}, got ${got.toFixed(5)}`)
}

// Expected figures were measured on the city's published rows of 2001 to 2018 and of 2024.
describe('The shape of the demo', () => {
  let all: Share
  let early: Share
  let recent: Share
  before(() => {
    all = new Share([...rowsOf({ rows: 300_000, seed: 1, day: 0 })])
    early = all.where((row) => row.year <= 2018)
    recent = all.where((row) => row.year >= 2023 && row.year <= 2025)
  })

  it('has the years of the city', () => {
    const published = { 2001: 485_966, 2005: 453_792, 2010: 370_572, 2015: 264_900, 2020: 212_757, 2024: 259_169 }
    for (const [year, rows] of Object.entries(published)) {
      near(
        all.of((row) => row.year === Number(year)),
        rows / 8_670_000,
        0.0012,
        year,
      )
    }
  })

  it('has the types of the city, and their change over the years', () => {
    const types: [string, number, number][] = [
      ['THEFT', 0.21, 0.234],
      ['BATTERY', 0.183, 0.178],
      ['NARCOTICS', 0.105, 0.023],
      ['MOTOR VEHICLE THEFT', 0.047, 0.084],
      ['BURGLARY', 0.0575, 0.0325],
      ['WEAPONS VIOLATION', 0.0105, 0.03],
      ['ASSAULT', 0.062, 0.091],
    ]
    for (const [type, share, share2024] of types) {
      near(
        early.of((row) => row.primary_type === type),
        share,
        0.006,
        type,
      )
      near(
        recent.of((row) => row.primary_type === type),
        share2024,
        0.012,
        `${type} of late`,
      )
    }
  })

  it('has the arrests and the domestic incidents of each type', () => {
    const rates: [string, number, number][] = [
      ['THEFT', 0.119, 0.024],
      ['BATTERY', 0.228, 0.425],
      ['NARCOTICS', 0.994, 0],
      ['ASSAULT', 0.231, 0.219],
      ['CRIMINAL TRESPASS', 0.732, 0.032],
      ['BURGLARY', 0.057, 0.007],
      ['MOTOR VEHICLE THEFT', 0.091, 0.004],
    ]
    for (const [type, arrest, domestic] of rates) {
      const mine = early.where((row) => row.primary_type === type)
      near(
        mine.of((row) => row.arrest),
        arrest,
        0.025,
        `arrests for ${type}`,
      )
      near(
        mine.of((row) => row.domestic),
        domestic,
        0.02,
        `domestic ${type}`,
      )
    }
    near(
      all.of((row) => row.arrest),
      0.251,
      0.01,
      'arrests',
    )
    near(
      all.where((row) => row.year < 2008).of((row) => row.arrest),
      0.301,
      0.015,
      'arrests until 2007',
    )
    near(
      recent.of((row) => row.arrest),
      0.14,
      0.01,
      'arrests of late',
    )
    near(
      recent.of((row) => row.domestic),
      0.184,
      0.01,
      'domestic of late',
    )
  })

  it('leaves out what the city left out', () => {
    const none =
      (name: keyof Row) =>
      (row: Row): boolean =>
        row[name] === null
    near(early.of(none('latitude')), 0.009, 0.0025, 'no coordinates')
    near(all.where((row) => row.year === 2001).of(none('ward')), 0.9915, 0.004, 'no ward in 2001')
    near(all.where((row) => row.year === 2002).of(none('ward')), 0.2735, 0.02, 'no ward in 2002')
    near(all.where((row) => row.year > 2002).of(none('ward')), 0, 0.0001, 'no ward later')
    near(recent.of(none('location_description')), 0.0044, 0.0015, 'no kind of place')
    const children = early.where((row) => row.primary_type === 'OFFENSE INVOLVING CHILDREN').of(none('latitude'))
    assert.ok(children > 3 * early.of(none('latitude')), 'children are hidden')
    for (const row of all.rows) {
      const place = [row.x_coordinate, row.y_coordinate, row.latitude, row.longitude, row.location]
      const missing = place.filter((value) => value === null).length
      assert.ok(missing === 0 || missing === 5, `coordinates of ${row.id} are missing in part`)
      if (row.year < 2003) assert.equal(row.ward === null, row.community_area === null)
    }
  })

  it('has the hours, the round minutes, the noons and midnights, the first of the month', () => {
    const hours = [5.54, 3.17, 2.66, 2.14, 1.61, 1.34, 1.58, 2.27, 3.38, 4.3, 4.2, 4.42, 5.69, 4.76, 5.06, 5.31]
    hours.forEach((percent, hour) => {
      near(100 * early.of((row) => Number(row.date.slice(11, 13)) === hour), percent, 0.3, `${hour} o'clock`)
    })
    near(
      early.of((row) => row.date.slice(14, 16) === '00'),
      0.333,
      0.01,
      'on the hour',
    )
    near(
      early.of((row) => row.date.slice(14, 16) === '30'),
      0.151,
      0.01,
      'half past',
    )
    near(
      early.of((row) => row.date.endsWith(' 00:00:00')),
      0.0159,
      0.003,
      'midnight',
    )
    near(
      recent.of((row) => row.date.endsWith(' 00:00:00')),
      0.0358,
      0.006,
      'midnight of late',
    )
    near(
      early.of((row) => row.date.endsWith(' 12:00:00')),
      0.0232,
      0.004,
      'noon',
    )
    near(
      early.of((row) => row.date.slice(8, 10) === '01'),
      0.0392,
      0.003,
      'the first of the month',
    )
    near(
      early.of((row) => row.date.slice(5, 10) === '01-01'),
      0.00416,
      0.0007,
      'New Year’s Day',
    )
    near(
      early.of((row) => !row.date.endsWith(':00')),
      0.0998,
      0.015,
      'told to the second',
    )
  })

  it('has the city’s stamps, most of them of a few moments, none before its incident', () => {
    const stamps = new Map<string, number>()
    for (const { updated_on } of all.rows) stamps.set(updated_on, (stamps.get(updated_on) ?? 0) + 1)
    const top = [...stamps.values()].sort((a, b) => b - a)
    near((top[0]! + top[1]!) / all.rows.length, 0.61, 0.06, 'two moments')
    assert.ok(stamps.size > 1000)
    assert.ok(all.rows.every((row) => row.updated_on > row.date && row.updated_on < '2026-11-21'))
  })

  it('holds the dirt of the city', () => {
    const counted = (test: (row: Row) => boolean): number => all.rows.filter(test).length
    const names = ['NON-CRIMINAL', 'NON - CRIMINAL', 'NON-CRIMINAL (SUBJECT SPECIFIED)']
    for (const type of ['CRIM SEXUAL ASSAULT', 'CRIMINAL SEXUAL ASSAULT', ...names]) {
      assert.ok(counted((row) => row.primary_type === type) > 0, type)
    }
    assert.equal(
      counted((row) => row.primary_type === 'CRIM SEXUAL ASSAULT' && row.year > 2020),
      0,
    )
    const origin = all.rows.filter((row) => row.x_coordinate === 0)
    assert.ok(origin.length > 0 && origin.length < 40)
    assert.ok(origin.every((row) => row.y_coordinate === 0 && row.location === '(36.619446395, -91.686565684)'))
    assert.ok(counted((row) => row.district === '031') > 0)
    assert.ok(counted((row) => row.community_area === 0) > 0)
    assert.ok(counted((row) => row.case_number === null || !/^(G|[HJ][A-Z])\d{6}$/.test(row.case_number)) > 0)
    assert.ok(counted((row) => /[a-z]/.test(row.block)) > 100)
    assert.ok(counted((row) => row.location_description?.includes('"') ?? false) > 0)
    assert.ok(counted((row) => /,/.test(row.description) || /,/.test(row.location_description ?? '')) > 500)
    near(
      all.of((row) => row.iucr.startsWith('0')),
      0.6,
      0.06,
      'codes with a leading zero',
    )
  })

  it('has a few incidents in the hour that clocks leave out, none of them since 2020', () => {
    const missing = all.rows.filter((row) => row.date.slice(11, 13) === '02' && springsForward(row.date.slice(0, 10)))
    assert.ok(missing.length > 3 && missing.length < 40, String(missing.length))
    assert.ok(missing.every((row) => row.year < 2020))
  })

  it('keeps to the codes that the pipeline knows', () => {
    assert.ok(all.rows.every((row) => row.iucr.length === 4 && row.year === Number(row.date.slice(0, 4))))
    assert.ok(all.rows.every((row) => /^(0[1-9][AB]?|1\d|2[0246])$/.test(row.fbi_code)))
  })

  it('numbers cases once, but for those who were murdered together', () => {
    const numbers = new Map<string, Row[]>()
    for (const row of all.rows) {
      if (row.case_number) numbers.set(row.case_number, [...(numbers.get(row.case_number) ?? []), row])
    }
    const repeated = [...numbers.values()].filter((rows) => rows.length > 1)
    assert.ok(repeated.length > 5)
    for (const rows of repeated) {
      assert.ok(rows.every((row) => row.iucr === '0110' && row.date === rows[0]!.date && row.block === rows[0]!.block))
    }
  })
})
