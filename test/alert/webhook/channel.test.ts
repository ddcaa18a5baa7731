import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { messageOf } from '../../../src/alert/message.ts'
import { webhookChannel } from '../../../src/alert/webhook/channel.ts'
import { BlotterError } from '../../../src/errors.ts'
import { EXAMPLES, raised } from '../alerts.ts'

describe('A webhook', () => {
  let server: Server
  let port: number
  let status = 200
  const bodies: string[] = []
  const paths: (string | undefined)[] = []
  const message = messageOf(raised(EXAMPLES[6]!), { lake: '/srv/lake', link: 'https://blotter.example.org' })
  const failure = (url: string): Promise<BlotterError> =>
    webhookChannel(async () => url)
      .send(message)
      .then(
        () => assert.fail('It was sent.'),
        (error: unknown) => (error instanceof BlotterError ? error : assert.fail(String(error))),
      )
  const textOf = async (request: IncomingMessage): Promise<string> => (await request.toArray()).join('')

  before(async () => {
    server = createServer(async (request, response) => {
      paths.push(request.url)
      bodies.push(await textOf(request))
      response.writeHead(status, { location: '/elsewhere' }).end('no_service')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as { port: number }).port
  })
  after(() => server.close())

  it('gets text for people and the facts for programs, as Slack takes it', async () => {
    await webhookChannel(async () => `http://127.0.0.1:${port}/services/T0/B0/secret-of-hook\n`).send(message)
    const body = JSON.parse(bodies.at(-1)!) as Record<string, string>
    assert.match(body['text']!, /^\*\[Blotter\] Run 20261123T060000Z-x7k2 failed at step land\*\nThe disk of lake is full/)
    const { event, run, id } = body
    assert.deepEqual({ event, run, id }, { event: 'run_failed', run: '20261123T060000Z-x7k2', id: message.id })
    assert.ok(body['text']!.length <= 3000)
  })

  it('that refuses, redirects or is in trouble is told apart, and its path is never told', async () => {
    const url = `http://127.0.0.1:${port}/services/T0/B0/secret-of-hook`
    const before = paths.length
    for (const [answer, code] of [
      [404, 'alert_refused'],
      [302, 'alert_refused'],
      [503, 'alert_unreachable'],
      [429, 'alert_unreachable'],
    ] as const) {
      status = answer
      const error = await failure(url)
      assert.equal(error.code, code)
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port} answered ${answer}`))
      assert.doesNotMatch(error.message + error.todo, /secret-of-hook/)
    }
    assert.equal(paths.length, before + 4)
    assert.ok(!paths.includes('/elsewhere'))
  })

  it('is not talked to in the open, except on this machine', async () => {
    for (const url of ['http://hooks.example.org/services/secret-of-hook', 'file:///etc/passwd', 'nonsense']) {
      const error = await failure(url)
      assert.equal(error.code, 'config_invalid')
      assert.doesNotMatch(error.message, /secret-of-hook/)
    }
    assert.equal((await failure('https://no-such-host.invalid/x')).code, 'alert_unreachable')
  })
})
