import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'node:test'
import { addLink } from '../../../src/state/identity/links.ts'
import { expect, house, ORIGIN } from './house.ts'

const STEPS = [
  '/session/password',
  '/session/totp',
  '/session/recovery',
  '/session/link',
  '/session/passkey',
  '/enrolment/password',
  '/enrolment/totp',
]

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('a@b.example', '000000', '', '\u0000', "' OR 1=1 --", '__proto__'),
)
const credential = fc.record({
  id: text,
  response: fc.dictionary(fc.constantFrom('clientDataJSON', 'authenticatorData', 'signature', 'userHandle'), fc.jsonValue()),
})
const given = fc.oneof(
  fc.jsonValue(),
  fc.record({ email: text, password: text }),
  fc.record({ code: text }),
  fc.record({ token: text }),
  fc.record({ password: text, email: text, name: text }),
  fc.record({ credential }),
)

test('whatever a stranger sends as a step of a login, it is refused, and no session comes of it', async (t) => {
  const { app, identity, browser } = await house(t, { app: { trustProxy: ['127.0.0.1'] } })
  const holder = browser()
  await expect(holder.ask('POST', '/session/link', { token: addLink(identity, null).token }), 200)
  const ticket = [...holder.cookies].map((pair) => pair.join('=')).join('; ')
  let from = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...STEPS),
      given,
      fc.constantFrom('', ticket, 'blotter.session_token=a.b', 'blotter.two_factor=%ff'),
      async (path, payload, cookie) => {
        // Each comes from another address, so that none is turned away for the mistakes of the others.
        from += 1
        const headers = {
          host: 'localhost:7070',
          origin: ORIGIN,
          cookie,
          'content-type': 'application/json',
          'x-forwarded-for': `10.${from >> 16}.${(from >> 8) & 255}.${from & 255}`,
        }
        const answer = await app.inject({ method: 'POST', url: `/api/v1${path}`, headers, payload: JSON.stringify(payload) })
        assert.ok(answer.statusCode >= 400 && answer.statusCode < 500, `${path} ${answer.statusCode} ${answer.body}`)
        assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
      },
    ),
    { numRuns: 400 },
  )
  assert.equal(identity.database.all('SELECT 1 FROM sessions').length, 0)
  assert.equal(identity.database.all('SELECT 1 FROM users').length, 0)
})
