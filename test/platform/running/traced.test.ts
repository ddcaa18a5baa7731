import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { makeCity, theft, watch } from '../../pipeline/city.ts'

interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  status: { code: number; message?: string }
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[]
}

/** A collector on loopback that keeps what it is sent; `answer` is its status. */
async function collector(t: TestContext, answer = 200) {
  const got: { spans: Span[]; service: string; header: string | undefined }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (part: Buffer) => (text += part.toString()))
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(text) as {
        resourceSpans: { resource: { attributes: Span['attributes'] }; scopeSpans: { spans: Span[] }[] }[]
      }
      for (const { resource, scopeSpans } of resourceSpans) {
        const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? ''
        got.push({ spans: scopeSpans.flatMap(({ spans }) => spans), service, header: request.headers['x-key'] as string })
      }
      response.writeHead(answer, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('a run is one trace: the run, its steps, their attempts, each within its parent', async (t) => {
  const { got, url } = await collector(t)
  await using city = await makeCity({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b' } })
  await city.publish([theft])
  const { run } = await city.run()
  assert.deepEqual([got.length, got[0]?.service, got[0]?.header], [1, 'blotter', 'a b'])
  const { spans } = got[0]!
  const byName = new Map(spans.map((span) => [span.name, span]))
  const root = byName.get('run')!
  assert.match(root.traceId, /^[0-9a-f]{32}$/)
  assert.match(root.spanId, /^[0-9a-f]{16}$/)
  assert.equal(root.attributes.find(({ key }) => key === 'blotter.run')?.value.stringValue, run)
  assert.deepEqual(
    spans.filter((span) => span.parentSpanId === root.spanId).map(({ name }) => name),
    ['extract', 'check', 'land', 'transform', 'aggregate', 'commit', 'publish'],
  )
  const extract = byName.get('extract')!
  assert.equal(byName.get('extract attempt 1')?.parentSpanId, extract.spanId)
  assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, spans.length)
  for (const span of spans) {
    assert.equal(span.traceId, root.traceId)
    assert.ok(BigInt(span.startTimeUnixNano) >= BigInt(root.startTimeUnixNano))
    assert.ok(BigInt(span.endTimeUnixNano) <= BigInt(root.endTimeUnixNano))
  }
})

test('a run that is held and then released is one trace of two goes, the first with what held it', async (t) => {
  const { got, url } = await collector(t)
  await using city = await makeCity({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: url } })
  await city.publish(Array.from({ length: 10 }, (_, n) => ({ ...theft, id: n + 1 })))
  await city.run()
  await city.publish([theft])
  await city.run()
  await city.platform.runRelease(undefined, watch())
  const [, first, second] = got.map(({ spans }) => spans.find(({ name }) => name === 'run')!)
  assert.equal(first!.traceId, second!.traceId)
  assert.notEqual(first!.spanId, second!.spanId)
  assert.deepEqual([first!.status.code, second!.status.code], [2, 0])
  assert.match(String(first!.status.message), /9 of 10 incidents/)
  const again = got[2]!.spans.map(({ name }) => name)
  assert.ok(again.includes('land') && !again.includes('extract'), again.join())
  const ids = got.flatMap(({ spans }) => spans.map(({ spanId }) => spanId))
  assert.equal(new Set(ids).size, ids.length)
})

test('a collector that refuses, or is not there, fails no run', async (t) => {
  const { got, url } = await collector(t, 400)
  for (const endpoint of [url, 'http://127.0.0.1:9']) {
    await using city = await makeCity({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } })
    await city.publish([theft])
    assert.equal((await city.run()).state, 'succeeded')
  }
  assert.equal(got.length, 1)
})

test('without an endpoint nothing of OpenTelemetry is loaded', () => {
  const script = `
    import { registerHooks } from 'node:module'
    registerHooks({ resolve(name, context, next) {
      if (name.startsWith('@opentelemetry/')) console.log(name)
      return next(name, context)
    } })
    const { makeCity } = await import(${JSON.stringify(join(import.meta.dirname, '../../pipeline/city.ts'))})
    const city = await makeCity()
    await city.publish([${JSON.stringify(theft)}])
    await city.run()
    await city[Symbol.asyncDispose]()
    console.log('done')
  `
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 120_000,
  })
  assert.equal(child.stdout, 'done\n', child.stderr)
})
