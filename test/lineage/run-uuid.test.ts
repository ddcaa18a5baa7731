import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runUuid } from '../../src/lineage/run-uuid.ts'

const LAKE = 'file:///lake'
const RUN = '20261123T060000Z-x7k2'

test('the id of a run is the same every time, and another for another run, step or lake', () => {
  assert.equal(runUuid(LAKE, RUN), runUuid(LAKE, RUN))
  const ids = [
    runUuid(LAKE, RUN),
    runUuid(LAKE, RUN, 'land'),
    runUuid('file:///other', RUN),
    runUuid(LAKE, '20261123T060000Z-x7k3'),
  ]
  assert.equal(new Set(ids).size, ids.length)
})

test('it is a UUID of version 7 that sorts by the time in the run’s name', () => {
  const id = runUuid(LAKE, RUN)
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), Date.UTC(2026, 10, 23, 6))
  assert.ok(id < runUuid(LAKE, '20261123T060001Z-aaaa'))
})

test('a run of another shape of name has an id, too', () => {
  assert.match(runUuid(LAKE, 'by hand'), /^00000000-0000-7/)
})
