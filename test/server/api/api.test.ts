import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { desk } from '../desk.ts'

interface OpenApi {
  openapi: string
  components: object
  paths: Record<
    string,
    { get: { parameters: { name: string }[]; responses: Record<string, { content?: Record<string, { schema: object }> }> } }
  >
}

const BATCH = '2026-11-23T06:00:00Z'

test('what is asked of a batch by its name may be kept for ever, by another REF it is asked again', async (t) => {
  const { ask } = await desk(t)
  for (const url of [`/api/v1/tables?at=${BATCH}`, `/api/v1/batches/${BATCH}`]) {
    const { status, headers } = await ask('GET', url)
    assert.equal(status, 200)
    assert.match(String(headers['cache-control']), /private.*immutable/)
  }
  for (const url of [
    '/api/v1/tables',
    '/api/v1/tables?at=2026-11-23',
    '/api/v1/batches/latest',
    '/api/v1/batches',
    '/api/openapi.json',
  ]) {
    const { status, headers } = await ask('GET', url)
    assert.equal(status, 200, url)
    assert.equal(headers['cache-control'], 'private, no-cache')
  }
})

test('who has an answer already gets 304 and no body', async (t) => {
  const { ask } = await desk(t)
  const first = await ask('GET', '/api/v1/batches')
  const etag = String(first.headers['etag'])
  for (const header of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await ask('GET', '/api/v1/batches', { headers: { 'if-none-match': header } })
    assert.deepEqual([again.status, again.text], [304, ''], header)
  }
  assert.equal((await ask('GET', '/api/v1/batches', { headers: { 'if-none-match': '"other"' } })).status, 200)
})

test('tables tell what is of the batch, not how it lies on the disk now', async (t) => {
  const { ask } = await desk(t)
  const { body } = await ask('GET', '/api/v1/tables')
  const [table] = (body as { tables: Record<string, unknown>[] }).tables
  assert.deepEqual(Object.keys(table!), ['name', 'doc', 'rows', 'snapshot_id', 'batch_at', 'columns'])
  assert.equal(table!['snapshot_id'], '9007199254740993')
})

test('a batch that is not there, and what is no REF, are problems that say so', async (t) => {
  const { ask } = await desk(t)
  const missing = await ask('GET', '/api/v1/tables?at=2020-01-01')
  assert.equal(missing.status, 404)
  assert.match(String(missing.headers['content-type']), /^application\/problem\+json/)
  assert.equal((missing.body as { type: string }).type, 'urn:blotter:error:batch_missing')
  assert.equal((await ask('GET', `/api/v1/tables?at=${'x'.repeat(65)}`)).status, 400)
  assert.equal((await ask('GET', '/api/v1/tables?at=')).status, 400)
  assert.equal((await ask('GET', '/api/v1/tables?at=a&at=b')).status, 400)
})

test('every answer is as the OpenAPI document says', async (t) => {
  const { ask } = await desk(t)
  const document = (await ask('GET', '/api/openapi.json')).body as OpenApi
  assert.match(document.openapi, /^3\.1/)
  const ajv = new Ajv2020({ strict: false })
  const fits = (response: OpenApi['paths'][string]['get']['responses'][string], type: string, body: unknown): void =>
    assert.ok(ajv.validate({ ...response!.content![type]!.schema, components: document.components }, body), ajv.errorsText())
  for (const path of ['/api/v1/batches', '/api/v1/batches/{batch}', '/api/v1/tables']) {
    const { get } = document.paths[path]!
    const good = await ask('GET', path.replace('{batch}', BATCH))
    fits(get.responses['200']!, 'application/json', good.body)
    const bad = await ask('GET', path, { scopes: [] })
    assert.equal(bad.status, 403)
    fits(get.responses['403']!, 'application/problem+json', bad.body)
  }
})
