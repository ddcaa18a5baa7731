import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openBench } from './bench.ts'

const bench = await openBench()
const column = { type: 'timestamp' } as const

test('wall clocks are read from every shape of exports', async () => {
  const shapes = {
    '03/15/2014 12:00:00 AM': '2014-03-15 00:00:00',
    '03/15/2014 12:30:00 PM': '2014-03-15 12:30:00',
    '3/5/2014 1:02:03 pm': '2014-03-05 13:02:03',
    '2/3/2018 0:26': '2018-02-03 00:26:00',
    '5/4/2018 15:51': '2018-05-04 15:51:00',
    '5/4/2018 15:51:04': '2018-05-04 15:51:04',
    '12/31/2018': '2018-12-31 00:00:00',
    '12/31/2018 1:05 PM': '2018-12-31 13:05:00',
    '2026 Jun 09 04:13:19 PM': '2026-06-09 16:13:19',
    '2024-03-15 06:07:08': '2024-03-15 06:07:08',
    '2024-03-15T06:07:08': '2024-03-15 06:07:08',
    '2024-03-15T06:07:08.000': '2024-03-15 06:07:08',
    '2024-03-15 06:07:08.25': '2024-03-15 06:07:08.25',
    '2024-03-15T06:07': '2024-03-15 06:07:00',
    '2024-03-15': '2024-03-15 00:00:00',
    '2024/3/5 6:07': '2024-03-05 06:07:00',
    ' 2024-03-15 ': '2024-03-15 00:00:00',
    '2024-02-29 23:59:59': '2024-02-29 23:59:59',
  }
  const outcomes = await bench.read(column, 'text', Object.keys(shapes))
  assert.deepEqual(
    outcomes,
    Object.values(shapes).map((value) => [value, null]),
  )
})

test('an offset is dropped and the wall clock before it stays', async () => {
  const shapes = [
    '2024-12-21 15:40:46.000 -0800',
    '2024-12-21T15:40:46Z',
    '2024-12-21T15:40:46.000+05:30',
    '2024-12-21 15:40:46-06',
  ]
  assert.deepEqual(
    await bench.read(column, 'text', shapes),
    shapes.map(() => ['2024-12-21 15:40:46', null]),
  )
})

test('an hour that daylight saving skips stays', async () => {
  assert.deepEqual(await bench.read(column, 'text', ['2024-03-10 02:30:00', '03/10/2024 02:30:00 AM']), [
    ['2024-03-10 02:30:00', null],
    ['2024-03-10 02:30:00', null],
  ])
})

test('zero, partial, impossible and placeholder dates are bad_date', async () => {
  const texts = [
    '0000-00-00 00:00:00',
    '0000-00-00',
    '2024-00-15',
    '2024-02-30',
    '2023-02-29',
    '02/30/2024 01:00:00 PM',
    '13/01/2024',
    '2024-03',
    '2024',
    '3/15/14 0:00',
    '24:00',
    '2024-03-15 24:00:00',
    '2024-03-15 23:59:60',
    '03/15/2014 13:00:00 PM',
    '1899-12-30',
    '0001-01-01',
    '9999-12-31 00:00:00',
    '2200-01-01',
    'infinity',
    'epoch',
    'today',
    '20240315',
    '1710460800',
    '43160.02',
    'soon',
    '2024-03-15 06:07:08 America/Chicago',
    '15.03.2024',
  ]
  const outcomes = await bench.read(column, 'text', texts)
  assert.deepEqual(
    outcomes.map((outcome, i) => [texts[i], ...outcome]),
    texts.map((text) => [text, null, 'bad_date']),
  )
})

test('an empty text is no date', async () => {
  assert.deepEqual(await bench.read(column, 'text', ['', ' ', null], false), [
    [null, null, 'empty_text'],
    [null, null, 'empty_text'],
    [null, null],
  ])
})

test('native times stay, but for years that are placeholders', async () => {
  const times = ['2024-03-10 02:30:00.123456', '1899-12-31 23:59:59', 'infinity', null]
  assert.deepEqual(await bench.read(column, 'timestamp', times), [
    ['2024-03-10 02:30:00.123456', null],
    [null, 'bad_date'],
    [null, 'bad_date'],
    [null, null],
  ])
  assert.deepEqual(await bench.read(column, 'date', ['2024-03-10', '9999-12-31']), [
    ['2024-03-10 00:00:00', null],
    [null, 'bad_date'],
  ])
})

test('a date has no time of day, and none is cut off in silence', async () => {
  const texts = ['2024-03-15', '03/15/2024', '03/15/2024 12:00:00 AM', '2024-03-15 06:00:00', '2024-02-30']
  assert.deepEqual(await bench.read({ type: 'date' }, 'text', texts), [
    ['2024-03-15', null],
    ['2024-03-15', null],
    ['2024-03-15', null],
    [null, 'bad_date'],
    [null, 'bad_date'],
  ])
  assert.deepEqual(await bench.read({ type: 'date' }, 'timestamp', ['2024-03-15 00:00:00', '2024-03-15 06:00:00']), [
    ['2024-03-15', null],
    [null, 'bad_date'],
  ])
})

test('every wall clock comes back from every shape', async () => {
  const [min, max] = [new Date('1900-01-01T00:00:00Z'), new Date('2199-12-31T23:59:59Z')]
  const clock = fc.date({ min, max, noInvalidDate: true })
  await fc.assert(
    fc.asyncProperty(fc.array(clock, { minLength: 1 }), async (dates) => {
      const seconds = dates.map((date) => date.toISOString().slice(0, 19))
      const spaced = (iso: string): string => iso.replace('T', ' ')
      const shapes = seconds.flatMap((iso) => [iso, spaced(iso), `${iso}.000`, `${iso}Z`, `${iso} -0800`, twelveHours(iso)])
      const expected = seconds.flatMap((iso) => Array(6).fill(spaced(iso)))
      assert.deepEqual(
        (await bench.read(column, 'text', shapes)).map(([value]) => value),
        expected,
      )
    }),
    { numRuns: 25 },
  )
})

function twelveHours(iso: string): string {
  const [, year, month, day, hour, rest] = /^(\d+)-(\d+)-(\d+)T(\d+)(:.*)$/.exec(iso)!
  const twelve = String(Number(hour) % 12 || 12).padStart(2, '0')
  return `${month}/${day}/${year} ${twelve}${rest} ${Number(hour) < 12 ? 'AM' : 'PM'}`
}
