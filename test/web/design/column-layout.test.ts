import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { layoutOf, type Sized, sizeOfTexts } from '../../../web/src/design/column-layout.ts'

const id = { name: 'id', width: 100 }
const text = { name: 'text', width: 300, least: 180, grow: 1 }
const kind = { name: 'kind', width: 90, isSpare: true }
const size = { name: 'size', width: 80, isSpare: true }
const namesOf = (columns: readonly { name: string }[]): string[] => columns.map(({ name }) => name)

describe('The columns of a table', () => {
  it('are as wide as they want to be where there is room, and one that grows takes what is left', () => {
    const { template, minWidth, isPinned } = layoutOf([id, { ...text, least: 300 }], 800)
    assert.deepEqual([template, minWidth, isPinned], ['100px minmax(300px, 1fr)', 400, true])
  })

  it('leave where there is too little, the last that can be spared first', () => {
    const all = [id, text, kind, size]
    assert.deepEqual(namesOf(layoutOf(all, 450).columns), ['id', 'text', 'kind', 'size'])
    assert.deepEqual(namesOf(layoutOf(all, 400).columns), ['id', 'text', 'kind'])
    assert.deepEqual(namesOf(layoutOf(all, 200).columns), ['id', 'text'])
    assert.deepEqual(namesOf(layoutOf(all, 0).columns), namesOf(all), 'before anything is measured')
  })

  it('are cut only where all of them are in sight then', () => {
    assert.equal(layoutOf([id, text], 280).minWidth, 280)
    assert.equal(layoutOf([id, text], 279).minWidth, 400)
  })

  it('are as wide as their texts, within limits, and may be cut by less than a half', () => {
    assert.deepEqual(sizeOfTexts(168), { width: 200, least: 120 })
    assert.deepEqual(sizeOfTexts(10), { width: 72, least: 72 })
    assert.deepEqual(sizeOfTexts(2000), { width: 360, least: 216 })
  })

  it('keep the first in sight unless it takes more than half of the room', () => {
    assert.equal(layoutOf([text, id], 320).isPinned, false)
    assert.equal(layoutOf([id], 800).isPinned, false)
  })

  it('never take more than there is where they can do with less', () => {
    const column = fc.record({
      width: fc.integer({ min: 60, max: 400 }),
      isSpare: fc.boolean(),
      cut: fc.integer({ min: 0, max: 50 }),
    })
    fc.assert(
      fc.property(fc.array(column, { minLength: 1 }), fc.integer({ min: 1, max: 2000 }), (given, width) => {
        const columns: Sized[] = given.map(({ cut, ...one }) => ({ ...one, least: one.width - cut }))
        const needed = columns.filter((one) => !one.isSpare).reduce((sum, one) => sum + one.least!, 0)
        const { minWidth } = layoutOf(columns, width)
        assert.ok(minWidth <= width || needed > width)
      }),
    )
  })
})
