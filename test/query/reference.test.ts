import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveReference } from '../../src/query/reference.ts'

const BATCHES = [
  { batchAt: '2026-11-21T06:00:00Z', snapshots: ['11', '9007199254740993'] },
  { batchAt: '2026-11-22T06:00:00Z', snapshots: ['12', '9007199254740993'] },
  { batchAt: '2026-11-22T18:30:05Z', snapshots: ['13', '9007199254740995'] },
]

const named = (ref: string): string => resolveReference(ref, BATCHES).batchAt

test('a REF is a batch, a day, latest or a snapshot id', () => {
  assert.equal(named('2026-11-22T06:00:00Z'), '2026-11-22T06:00:00Z')
  assert.equal(named('2026-11-22T00:00:00-06:00'), '2026-11-22T06:00:00Z')
  assert.equal(named('2026-11-22'), '2026-11-22T18:30:05Z')
  assert.equal(named('latest'), '2026-11-22T18:30:05Z')
  assert.equal(named('latest~0'), '2026-11-22T18:30:05Z')
  assert.equal(named('latest~2'), '2026-11-21T06:00:00Z')
  assert.equal(named(' 13 '), '2026-11-22T18:30:05Z')
})

test('a snapshot that several batches share names the batch that made it', () => {
  assert.equal(named('9007199254740993'), '2026-11-21T06:00:00Z')
  assert.equal(named('9007199254740995'), '2026-11-22T18:30:05Z')
})

test('an unknown batch names the nearest that exists', () => {
  const nearest = (ref: string, expected: string): void => {
    assert.throws(() => named(ref), { code: 'batch_missing', exitCode: 2, message: new RegExp(expected) }, ref)
  }
  nearest('2026-11-22T06:00:01Z', '2026-11-22T06:00:00Z')
  nearest('2026-11-19', '2026-11-21T06:00:00Z')
  nearest('2031-01-01', '2026-11-22T18:30:05Z')
  nearest('latest~3', '2026-11-21T06:00:00Z')
  nearest('9007199254740992', '9007199254740992')
})

test('what is no REF is bad usage', () => {
  for (const ref of ['', 'newest', '2026-13-45', '2026-11-22T06:00:00', 'latest~', 'latest~-1', 'LATEST']) {
    assert.throws(() => named(ref), { code: 'usage' }, ref)
  }
})

test('a lake without batches says what to do first', () => {
  assert.throws(() => resolveReference('latest', []), { code: 'batch_missing', todo: /blotter run/ })
})
