import assert from 'node:assert/strict'
import { test } from 'node:test'
import { includesRole, isRole, ROLES, scopesOf } from '../../src/model/role.ts'
import { SCOPES } from '../../src/model/scope.ts'

test('each role may do what those before it may, and nothing of those after it', () => {
  const included = ROLES.map((role) => ROLES.filter((needed) => includesRole(role, needed)))
  assert.deepEqual(included, [['viewer'], ['viewer', 'operator'], ['viewer', 'operator', 'admin']])
})

test('a viewer reads, an operator also writes the catalog and reads metrics, an admin has every scope', () => {
  assert.deepEqual(new Set(scopesOf('viewer')), new Set(['api', 'catalog:read']))
  assert.deepEqual(new Set(scopesOf('operator')), new Set(['api', 'catalog:read', 'metrics', 'catalog:write']))
  assert.deepEqual(new Set(scopesOf('admin')), new Set(SCOPES))
})

test('no scope is granted twice', () => {
  for (const role of ROLES) assert.equal(new Set(scopesOf(role)).size, scopesOf(role).length, role)
})

test('only the three words are roles', () => {
  for (const role of ROLES) assert.ok(isRole(role), role)
  for (const other of ['', 'Admin', 'admin ', 'owner', 'length', '0']) assert.ok(!isRole(other), other)
})
