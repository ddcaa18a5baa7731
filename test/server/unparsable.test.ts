import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { createApp } from '../../src/server/app.ts'
import { desk } from './desk.ts'

test('what is no request, or too large to be one, is a problem, and the server goes on', async (t) => {
  const { services } = await desk(t)
  const app = createApp(services)
  t.after(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as { port: number }
  const told = async (text: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    socket.write(text)
    let answer = ''
    socket.on('data', (piece) => (answer += String(piece)))
    socket.on('error', () => {})
    await once(socket, 'close')
    return answer
  }
  for (const [text, status] of [
    [`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
    ['no words of HTTP\r\n\r\n', 400],
  ] as const) {
    const [head = '', body = ''] = (await told(text)).split('\r\n\r\n')
    assert.match(head, new RegExp(`^HTTP/1.1 ${status} [^]*Content-Type: application/problem\\+json`))
    assert.equal((JSON.parse(body) as { status: number }).status, status)
  }
  assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200)
})
