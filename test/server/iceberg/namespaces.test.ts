import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noSpecification } from '../../services/specification.ts'
import { session } from './session.ts'

test('answers are held to the specification', { skip: noSpecification('iceberg') }, () => {})

test('the configuration lists the endpoints that there are, and knows its own warehouse alone', async (t) => {
  const { app, expect, failure, location } = await session(t)
  const { body } = await expect(200, 'GET', '/config?warehouse=blotter')
  const { endpoints, overrides } = body as { endpoints: string[]; overrides: Record<string, string> }
  for (const endpoint of endpoints) {
    const [method, path = ''] = endpoint.split(' ')
    const url = `/iceberg${path.replace('/{prefix}', '').replaceAll(/\{(\w+)\}/g, ':$1')}`
    assert.ok(app.hasRoute({ method: method as 'GET', url }), endpoint)
  }
  assert.equal(overrides['token-refresh-enabled'], 'false')
  await expect(200, 'GET', `/config?warehouse=${encodeURIComponent(`${location}/`)}`)
  assert.equal(await failure(404, 'GET', '/config?warehouse=s3%3A%2F%2Fother'), 'NoSuchWarehouseException')
})

test('a namespace is made, described, changed and dropped', async (t) => {
  const { expect, failure, location } = await session(t)
  const { body: made } = await expect(200, 'POST', '/namespaces', {
    body: { namespace: ['notes'], properties: { owner: 'me' } },
  })
  assert.deepEqual(made, { namespace: ['notes'], properties: { location: `${location}/notes`, owner: 'me' } })
  assert.equal(await failure(409, 'POST', '/namespaces', { body: { namespace: ['notes'] } }), 'AlreadyExistsException')
  await expect(204, 'HEAD', '/namespaces/notes')
  const { body: changed } = await expect(200, 'POST', '/namespaces/notes/properties', {
    body: { removals: ['owner', 'none'], updates: { a: 'b' } },
  })
  assert.deepEqual(changed, { updated: ['a'], removed: ['owner'], missing: ['none'] })
  const { body } = await expect(200, 'GET', '/namespaces/notes')
  assert.deepEqual(body, { namespace: ['notes'], properties: { location: `${location}/notes`, a: 'b' } })
  const both = { body: { removals: ['a'], updates: { a: 'b' } } }
  assert.equal(await failure(422, 'POST', '/namespaces/notes/properties', both), 'UnprocessableEntityException')
  await expect(204, 'DELETE', '/namespaces/notes')
  for (const [method, path] of [
    ['GET', '/namespaces/notes'],
    ['DELETE', '/namespaces/notes'],
    ['GET', '/namespaces/notes/tables'],
  ] as const) {
    assert.equal(await failure(404, method, path), 'NoSuchNamespaceException')
  }
  assert.equal((await expect(404, 'HEAD', '/namespaces/notes')).text, '')
  assert.equal(
    await failure(404, 'POST', '/namespaces/notes/properties', { body: { updates: {} } }),
    'NoSuchNamespaceException',
  )
})

test('a namespace without properties, and one that lost its last, stay', async (t) => {
  const { expect } = await session(t)
  await expect(200, 'POST', '/namespaces', { body: { namespace: ['a'], properties: { x: 'y' } } })
  await expect(200, 'POST', '/namespaces/a/properties', { body: { removals: ['x', 'exists'] } })
  const { body } = await expect(200, 'GET', '/namespaces')
  assert.deepEqual(body, { namespaces: [['a']], 'next-page-token': null })
})

test('namespaces are listed level by level, however deep', async (t) => {
  const { expect, failure } = await session(t)
  for (const namespace of [['a', 'b', 'c'], ['a', 'd'], ['e']])
    await expect(200, 'POST', '/namespaces', { body: { namespace } })
  const below = async (parent: string): Promise<unknown> =>
    ((await expect(200, 'GET', `/namespaces?parent=${parent}`)).body as { namespaces: unknown }).namespaces
  assert.deepEqual(await below(''), [['a'], ['e']])
  assert.deepEqual(await below('a'), [
    ['a', 'b'],
    ['a', 'd'],
  ])
  assert.deepEqual(await below('a%1Fb'), [['a', 'b', 'c']])
  assert.deepEqual(await below('a%1Fb%1Fc'), [])
  assert.equal(await failure(404, 'GET', '/namespaces?parent=none'), 'NoSuchNamespaceException')
  await expect(204, 'HEAD', '/namespaces/a%1Fb')
  assert.equal(await failure(409, 'DELETE', '/namespaces/a%1Fb'), 'NamespaceNotEmptyException')
})

test('pages hold what was asked for, and come to an end', async (t) => {
  const { expect, failure } = await session(t)
  const names = ['a', 'b', 'c', 'd', 'e']
  for (const name of names) await expect(200, 'POST', '/namespaces', { body: { namespace: [name] } })
  const seen: string[] = []
  for (let token: string | null = ''; token !== null;) {
    const { body } = await expect(200, 'GET', `/namespaces?pageSize=2&pageToken=${token}`)
    const page = body as { namespaces: string[][]; 'next-page-token': string | null }
    assert.ok(page.namespaces.length <= 2)
    seen.push(...page.namespaces.map(([name]) => name!))
    token = page['next-page-token']
  }
  assert.deepEqual(seen, names)
  for (const query of ['pageSize=0', 'pageSize=x', 'pageToken=!!']) {
    assert.equal(await failure(400, 'GET', `/namespaces?${query}`), 'BadRequestException')
  }
})

test('names that could be no folder, or another name in SQL, are refused', async (t) => {
  const { failure } = await session(t)
  for (const namespace of [
    [],
    [''],
    ['a.b'],
    ['a/b'],
    ['..'],
    ['.blotter'],
    ['a\u0000'],
    ['a\u001Fb'],
    [' a'],
    ['x'.repeat(201)],
    'a',
    [1],
    null,
  ]) {
    assert.equal(
      await failure(400, 'POST', '/namespaces', { body: { namespace } }),
      'BadRequestException',
      JSON.stringify(namespace),
    )
  }
})

test('views are none, in every way of asking', async (t) => {
  const { expect, ask } = await session(t)
  await expect(200, 'POST', '/namespaces', { body: { namespace: ['a'] } })
  assert.deepEqual((await expect(200, 'GET', '/namespaces/a/views')).body, { identifiers: [], 'next-page-token': null })
  // The document's schema has it bare, its examples and every engine within `error`, as all other errors are.
  const { status, text } = await ask('GET', '/iceberg/v1/namespaces/a/views/v')
  assert.deepEqual([status, (JSON.parse(text) as { error: { type: string } }).error.type], [404, 'NoSuchViewException'])
  assert.equal((await ask('HEAD', '/iceberg/v1/namespaces/a/views/v')).status, 404)
  assert.equal((await ask('POST', '/iceberg/v1/namespaces/a/views', { body: {} })).status, 406)
  assert.equal((await ask('GET', '/iceberg/v1/namespaces/a/functions')).status, 404)
})
