import assert from 'node:assert/strict'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { sleep } from '../../src/clock.ts'
import { createLog } from '../../src/log.ts'
import { startServer } from '../../src/server/serve.ts'
import { makeCity, theft } from '../pipeline/city.ts'
import { desk } from './desk.ts'

interface Told {
  status: number
  headers: IncomingHttpHeaders
  body: unknown
}

/** Asks on a connection that is kept; rejects where the connection ends before the answer. */
function keptConnection(t: TestContext) {
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  return (url: string, token: string, signal?: AbortSignal): Promise<Told> =>
    new Promise((resolve, reject) => {
      const asked = request(url, { agent, headers: { authorization: `Bearer ${token}` }, signal })
      asked.on('error', reject)
      asked.on('response', (answer) => {
        const { statusCode: status = 0, headers } = answer
        json(answer).then((body) => resolve({ status, headers, body }), reject)
      })
      asked.end()
    })
}

test('a server that ends finishes what it has begun, for who has gone away too, and turns away who comes after', async (t) => {
  const finish = Promise.withResolvers<void>()
  const left = { begun: 0, closed: false, late: 0 }
  const batches = async () => {
    left.begun += 1
    await finish.promise
    if (left.closed) left.late += 1
    return []
  }
  const { services } = await desk(t, { batches })
  const server = await startServer(services, { host: '127.0.0.1', port: 0 })
  const url = `${server.url}/api/v1/batches`
  const gone = new AbortController()
  const ask = keptConnection(t)
  const [waits, leaves] = [ask(url, 'good~api'), ask(url, 'good~api', gone.signal)]
  while (left.begun < 2) await sleep(5)
  gone.abort()
  await assert.rejects(leaves)
  const closed = server.close().then(() => (left.closed = true))
  await sleep(20)
  const late = await ask(`${server.url}/healthz`, 'good~api')
  assert.deepEqual([late.status, late.headers['retry-after'], late.headers.connection], [503, '5', 'close'])
  assert.equal((late.body as { code: string }).code, 'server_ending')
  assert.equal(left.closed, false)
  finish.resolve()
  assert.equal((await waits).status, 200)
  await closed
  assert.equal(left.late, 0)
  await assert.rejects(ask(url, 'good~api'), /ECONNREFUSED/)
})

test('a server that is told to end under load answers as if nothing were, or that it ends', async (t) => {
  const city = await makeCity()
  t.after(() => city[Symbol.asyncDispose]())
  await city.publish([theft])
  await city.run()
  const { token } = await city.platform.tokenAdd({ name: 'viewer', scopes: ['api'] })
  const lines: string[] = []
  const log = createLog('info', { write: (line) => void lines.push(line) })
  const server = await startServer({ ...city.platform.serving(), log }, { host: '127.0.0.1', port: 0 })
  const asked = { answers: 0, isOver: false }
  const odd: unknown[] = []
  const load = async (path: string, patienceMs: number): Promise<void> => {
    const ask = keptConnection(t)
    while (!asked.isOver) {
      try {
        const { status, headers, body } = await ask(server.url + path, token, AbortSignal.timeout(patienceMs))
        asked.answers += 1
        if (status !== 200 && !(status === 503 && headers['retry-after'])) odd.push({ path, status, body })
      } catch {
        // Who lost patience asks again; where nobody listens any more there is nobody to ask.
        await sleep(1)
      }
    }
  }
  const paths = ['/api/v1/batches', '/api/v1/tables', '/api/v1/runs', '/api/v1/incidents/1', '/api/v1/lineage', '/readyz']
  const viewers = paths.flatMap((path) => [load(path, 10_000), load(path, 4)])
  while (asked.answers < 50) await sleep(5)
  await server.close()
  await city.platform[Symbol.asyncDispose]()
  await sleep(50)
  asked.isOver = true
  await Promise.all(viewers)
  assert.deepEqual(odd, [])
  assert.deepEqual(
    lines.filter((line) => /"level":"error"/.test(line)),
    [],
  )
})
