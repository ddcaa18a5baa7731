import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { sleep } from '../../src/clock.ts'
import type { Services } from '../../src/server/services.ts'
import { listActs } from '../../src/state/identity/audit.ts'
import { addToken } from '../../src/state/identity/tokens.ts'
import { house } from './login/house.ts'

test('an act is noted though whoever asked for it has gone before the answer', async (t) => {
  const [begun, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const refresh = async () => {
    begun.resolve()
    await finish.promise
    return { state: 'fresh', since: new Date(0) }
  }
  const dashboards = (() => ({ start() {}, refresh })) as unknown as Services['dashboards']
  const { app, identity } = await house(t, { services: { dashboards } })
  const { token } = addToken(identity, { name: 'robot', scopes: ['pipeline:write'], actor: 'test' })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/api/v1/dashboards/crimes/refresh`
  const gone = new AbortController()
  const asked = fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` }, signal: gone.signal })
  await begun.promise
  gone.abort()
  await assert.rejects(asked)
  while ((await new Promise<number>((resolve) => app.server.getConnections((_, n) => resolve(n)))) > 0) await sleep(5)
  finish.resolve()
  await app.close()
  const [act] = listActs(identity, 1)
  assert.deepEqual([act?.act, act?.actor, act?.subject], ['refresh_dashboard', 'robot', 'crimes'])
})
