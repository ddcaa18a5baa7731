import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quarantineName } from '../../src/model/pipeline.ts'

test('bad rows are kept beside the table that they were meant for', () => {
  assert.equal(quarantineName({ rawName: 'raw.calls' }), 'quarantine.calls')
})
