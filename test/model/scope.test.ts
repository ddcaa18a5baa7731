import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isScope, SCOPES } from '../../src/model/scope.ts'

test('the scopes of tokens are these, and nothing else is one', () => {
  assert.deepEqual([...SCOPES].sort(), ['api', 'catalog:read', 'catalog:write', 'metrics', 'pipeline:write'])
  assert.ok(SCOPES.every(isScope))
  for (const text of ['', 'admin', 'catalog', 'API']) assert.equal(isScope(text), false, text)
})
