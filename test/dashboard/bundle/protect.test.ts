import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Cell, type Rows, withhold, type Withheld } from '../../../src/dashboard/bundle/protect.ts'

const cell = fc
  .record({ value: fc.nat(12), more: fc.nat(12) })
  .map(({ value, more }): Cell => ({ value, base: value + more }))

/** A whole and its parts, and how many of the parts are the last ones that nobody tells. */
const table = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 5 }))
  .chain(([keys, parts]) =>
    fc.array(fc.array(cell, { minLength: keys, maxLength: keys }), { minLength: parts + 1, maxLength: parts + 1 }),
  )
  .map((parts) => {
    const whole = parts[0]!.map((_, at) => {
      const sum = (of: keyof Cell): number => parts.reduce((total, part) => total + part[at]![of], 0)
      return { value: sum('value'), base: sum('base') }
    })
    // The last part is left of the whole when the others are known, and has no row of its own.
    return [whole, ...parts.slice(0, -1)].map((cells) => new Map(cells.map((one, at) => [`k${at}`, one])))
  })

const isHidden = (withheld: Withheld, key: string): boolean => withheld === 'all' || withheld.has(key)
const isSmall = (n: number, below: number): boolean => n > 0 && n < below

test('nothing that is told is small, nor what is left of it', () => {
  fc.assert(
    fc.property(table, fc.integer({ min: 2, max: 8 }), (rows, below) => {
      const withheld = withhold(
        rows,
        rows.map(() => true),
        below,
      )
      rows.forEach((row, i) => {
        for (const [key, { value, base }] of row)
          if (!isHidden(withheld[i]!, key)) for (const n of [value, base, base - value]) assert.ok(!isSmall(n, below))
      })
    }),
  )
})

/** What somebody works out who takes what is told from totals, along rows and across parts, as long as anything follows. */
function workedOut(rows: Rows, withheld: readonly Withheld[], isTold: readonly boolean[]): string[] {
  const keys = [...rows[0]!.keys()]
  const known = rows.map((_, i) => new Set(keys.filter((key) => !isHidden(withheld[i]!, key))))
  const found: string[] = []
  const lines: [number, string][][] = [
    // A row whose total is told, unless it is silent: then nobody knows which keys there are.
    ...rows.flatMap((_, i) => (isTold[i] && withheld[i] !== 'all' ? [keys.map((key): [number, string] => [i, key])] : [])),
  ]
  for (let isMore = true; isMore;) {
    isMore = false
    for (const line of lines) {
      const open = line.filter(([i, key]) => !known[i]!.has(key) && rows[i]!.get(key)!.base > 0)
      if (open.length !== 1) continue
      const [[i, key]] = open as [[number, string]]
      known[i]!.add(key)
      found.push(`${i} ${key}`)
      isMore = true
    }
  }
  return found
}

test('no number that is withheld follows from the total and the others, along rows and across parts', () => {
  fc.assert(
    fc.property(
      table,
      fc.integer({ min: 2, max: 8 }),
      fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      (rows, below, told) => {
        const isTold = rows.map((_, i) => i === 0 || told[i]!)
        const withheld = withhold(rows, isTold, below)
        assert.deepEqual(workedOut(rows, withheld, isTold), [])
        // Across: the whole is told, and what is withheld of its parts, with what has no row, is neither one nor small.
        if (rows.length === 1) return
        for (const key of rows[0]!.keys()) {
          const whole = rows[0]!.get(key)!
          const parts = rows.slice(1).map((row, i) => ({ ...row.get(key)!, isHidden: isHidden(withheld[i + 1]!, key) }))
          const told = parts.filter((part) => !part.isHidden)
          const left = (of: keyof Cell): number => whole[of] - told.reduce((sum, part) => sum + part[of], 0)
          if (isHidden(withheld[0]!, key)) {
            assert.ok(left('base') > 0 || whole.base === 0, `${key}: the parts make the whole`)
            continue
          }
          for (const n of [left('value'), left('base') - left('value')])
            assert.ok(!isSmall(n, below), `${key}: ${n} are left`)
          const rest = whole.base - parts.reduce((sum, { base }) => sum + base, 0)
          const hidden = [...parts.filter((part) => part.isHidden), { base: rest }].filter(({ base }) => base > 0)
          assert.notEqual(hidden.length, 1, `${key}: one alone`)
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('what is large stays, and zero says nothing of anybody', () => {
  const rows = [
    new Map([
      ['a', { value: 40, base: 60 }],
      ['b', { value: 0, base: 30 }],
      ['c', { value: 20, base: 20 }],
    ]),
  ]
  assert.deepEqual(withhold(rows, [true], 5), [new Set()])
})

test('an arrest of two is withheld as two without one are, and with it the next smallest', () => {
  const rows = [
    new Map([
      ['a', { value: 40, base: 60 }],
      ['b', { value: 28, base: 30 }],
      ['c', { value: 20, base: 50 }],
    ]),
  ]
  assert.deepEqual(withhold(rows, [true], 5), [new Set(['b', 'c'])])
})

test('where each of them would be one, nothing is said at all', () => {
  const rows = [new Map(['a', 'b', 'c', 'd', 'e'].map((key) => [key, { value: 1, base: 1 }]))]
  assert.deepEqual(withhold(rows, [true], 5), ['all'])
})
