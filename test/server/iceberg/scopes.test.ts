import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Scope } from '../../../src/model/scope.ts'
import type { Method } from '../desk.ts'
import { SCHEMA, session } from './session.ts'

interface Asked {
  method: Method
  path: string
  needs: Scope
  body?: unknown
}

const TABLE = { name: 'x', schema: SCHEMA }
const COMMIT = { requirements: [], updates: [{ action: 'set-properties', updates: { a: 'b' } }] }
const identifier = (namespace: string): unknown => ({ namespace: [namespace], name: 'crimes' })

/** Every way of asking, of a namespace of Blotter’s own and of another. */
const asked: Asked[] = (['raw', 'notes'] as const).flatMap((namespace) => {
  const needs = namespace === 'raw' ? 'pipeline:write' : 'catalog:write'
  const at = `/namespaces/${namespace}`
  const reads = ['/config', '/namespaces', at, `${at}/tables`, `${at}/tables/crimes`, `${at}/views`, `${at}/views/v`]
  return [
    ...reads.map((path) => ({ method: 'GET' as const, path, needs: 'catalog:read' as const })),
    { method: 'HEAD', path: at, needs: 'catalog:read' },
    { method: 'HEAD', path: `${at}/tables/crimes`, needs: 'catalog:read' },
    { method: 'POST', path: `${at}/tables/crimes/metrics`, needs: 'catalog:read', body: {} },
    { method: 'POST', path: '/namespaces', needs, body: { namespace: [namespace, 'inner'] } },
    { method: 'POST', path: `${at}/properties`, needs, body: { updates: { a: 'b' } } },
    { method: 'POST', path: `${at}/tables`, needs, body: TABLE },
    { method: 'POST', path: `${at}/tables`, needs, body: { ...TABLE, 'stage-create': true } },
    { method: 'POST', path: `${at}/tables/crimes`, needs, body: COMMIT },
    { method: 'POST', path: `${at}/register`, needs, body: { name: 'y', 'metadata-location': 'x' } },
    {
      method: 'POST',
      path: '/transactions/commit',
      needs,
      body: { 'table-changes': [{ identifier: identifier(namespace), ...COMMIT }] },
    },
    {
      method: 'POST',
      path: '/tables/rename',
      needs,
      body: { source: identifier(namespace), destination: { namespace: [namespace], name: 'z' } },
    },
    { method: 'DELETE', path: `${at}/tables/crimes`, needs },
    { method: 'DELETE', path: at, needs },
  ] as Asked[]
})

for (const { method, path, needs, body } of asked) {
  test(`${method} ${path} needs ${needs} and no other scope${body === undefined ? '' : `: ${Object.keys(body as object).join(', ')}`}`, async (t) => {
    const { make, ask } = await session(t)
    await make('raw', 'crimes')
    await make('notes', 'crimes')
    const others = (['catalog:read', 'catalog:write', 'pipeline:write', 'api', 'metrics'] as const).filter(
      (scope) => scope !== needs,
    )
    const refused = await ask(method, `/iceberg/v1${path}`, { scopes: others, body })
    assert.equal(refused.status, 403)
    if (method !== 'HEAD') assert.match(refused.text, /ForbiddenException/)
    assert.notEqual((await ask(method, `/iceberg/v1${path}`, { scopes: [needs], body })).status, 403)
  })
}

test('a table of Blotter’s own cannot be moved out of, or one of others into, its namespace with half the scopes', async (t) => {
  const { make, ask } = await session(t)
  await make('raw', 'crimes')
  await make('notes', 'mine')
  const rename = (from: string, name: string, to: string): unknown => ({
    source: { namespace: [from], name },
    destination: { namespace: [to], name: 'x' },
  })
  for (const body of [rename('raw', 'crimes', 'notes'), rename('notes', 'mine', 'raw')]) {
    for (const scope of ['catalog:write', 'pipeline:write'] as const) {
      assert.equal((await ask('POST', '/iceberg/v1/tables/rename', { scopes: [scope], body })).status, 403)
    }
  }
})

test('no other spelling of a name reaches a table of Blotter’s own', async (t) => {
  const { make, ask, load } = await session(t)
  const made = await make('raw', 'crimes')
  const spellings = [
    '/namespaces/raw/tables/crimes',
    '/namespaces/raw%1F/tables/crimes',
    '/namespaces/%1Fraw/tables/crimes',
    '/namespaces/x/tables/raw.crimes',
    '/namespaces/x%1F..%1Fraw/tables/crimes',
    '/namespaces/%72aw/tables/crimes',
    '/namespaces//tables/raw.crimes',
    '/namespaces/x/../raw/tables/crimes',
    '/namespaces/RAW/tables/crimes',
  ]
  for (const path of spellings) {
    const { status } = await ask('POST', `/iceberg/v1${path}`, { scopes: ['catalog:read', 'catalog:write'], body: COMMIT })
    assert.ok(status >= 400, path)
    await ask('DELETE', `/iceberg/v1${path}`, { scopes: ['catalog:read', 'catalog:write'] })
  }
  assert.equal((await load('raw', 'crimes'))['metadata-location'], made['metadata-location'])
})
