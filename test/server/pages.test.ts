import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createApp } from '../../src/server/app.ts'
import { desk } from './desk.ts'

async function app(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Blotter</title>')
  await writeFile(join(folder, 'assets', 'index-1a2b.js'), 'export {}')
  await writeFile(
    join(folder, 'pages.json'),
    JSON.stringify([
      { path: '/', open: false },
      { path: '/runs', open: false },
      { path: '/login', open: true },
    ]),
  )
  const { services } = await desk(t)
  const made = createApp(services, { pages: folder })
  t.after(() => made.close())
  return made
}

test('every address of a page is answered by the page, under a strict policy; strangers are told that they are such', async (t) => {
  const served = await app(t)
  const known = { authorization: 'Bearer good~api' }
  for (const url of ['/', '/?asof=2026-11-23', '/runs', '/runs/r1', '/login']) {
    const { statusCode, headers, body } = await served.inject({ url, headers: known })
    assert.equal(statusCode, 200, url)
    assert.match(body, /<title>Blotter/)
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /default-src 'self'/)
    assert.doesNotMatch(policy, /unsafe|https?:|\*|data:/)
    assert.equal(headers['cache-control'], 'no-cache')
    assert.equal(headers['x-content-type-options'], 'nosniff')
    const stranger = await served.inject({ url })
    assert.equal(stranger.statusCode, url === '/login' ? 200 : 401, url)
    assert.equal(stranger.body, body)
  }
})

test('an address that is none has the page that says so, and below those of programs a problem document', async (t) => {
  const served = await app(t)
  const headers = { authorization: 'Bearer good~api~catalog.read' }
  for (const url of ['/nothing', '/runsx', '/nothing/at/all?asof=2026-11-23']) {
    const { statusCode, body, headers: told } = await served.inject({ url, headers })
    assert.equal(statusCode, 404, url)
    assert.match(body, /<title>Blotter/)
    assert.match(String(told['content-security-policy']), /default-src 'self'/)
    const stranger = await served.inject({ url })
    assert.deepEqual([stranger.statusCode, stranger.body], [401, body], url)
  }
  for (const url of ['/api', '/api/', '/api/v1', '/api/v1/nothing', '/iceberg', '/iceberg/v2']) {
    const { statusCode, json, headers: told } = await served.inject({ url, headers })
    assert.deepEqual([statusCode, told['content-type'], json().status], [404, 'application/problem+json', 404], url)
    assert.equal((await served.inject({ url })).json().status, 401, url)
  }
  const inCatalog = await served.inject({ url: '/iceberg/v1/nothing', headers })
  assert.deepEqual([inCatalog.statusCode, inCatalog.json().error.code], [404, 404])
  const { statusCode, json } = await served.inject({ method: 'POST', url: '/nothing', headers })
  assert.deepEqual([statusCode, json().status], [404, 404])
})

test('a built file, whose name bears its hash, need never be asked for again', async (t) => {
  const { statusCode, headers } = await (await app(t)).inject({ url: '/assets/index-1a2b.js' })
  assert.equal(statusCode, 200)
  assert.match(String(headers['cache-control']), /immutable/)
  assert.match(String(headers['content-type']), /javascript/)
})

test('what is no page stays closed to strangers, and nothing leaves the folder', async (t) => {
  const served = await app(t)
  for (const url of ['/api/v1/batches', '/pages.json', '/assets/../pages.json', '/assets/../../package.json']) {
    const { statusCode, body } = await served.inject({ url })
    assert.equal(statusCode, 401, url)
    assert.doesNotMatch(body, /"path"|"version"/, url)
  }
  for (const url of ['/assets/missing.js', '/assets/..%2fpages.json', '/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd'])
    assert.match(String((await served.inject({ url })).statusCode), /^40[134]$/, url)
})
