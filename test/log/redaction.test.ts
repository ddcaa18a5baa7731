import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRedaction, REDACTED } from '../../src/log/redaction.ts'

const CANARY = `s3cr3t "quoted" 'it' \\ /?#&=%+ Zürich 🔑`

function redactionOf(...values: string[]) {
  const redaction = createRedaction()
  for (const value of values) redaction.keep(value)
  return redaction
}

test('a credential is found in each spelling that a text may give it', () => {
  const { text } = redactionOf(CANARY)
  const url = new URL('mysql://u@h/d')
  url.password = CANARY
  const spellings = {
    plain: CANARY,
    url: encodeURIComponent(CANARY),
    'url in small letters': encodeURIComponent(CANARY).replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    form: new URLSearchParams({ p: CANARY }).toString().slice(2),
    'whole url': encodeURI(CANARY),
    'password of a URL': url.password,
    json: JSON.stringify(CANARY),
    'json in json': JSON.stringify(JSON.stringify({ p: CANARY })),
    sql: `'${CANARY.replaceAll(/['"\\]/g, String.raw`\$&`)}'`,
    'standard sql': `'${CANARY.replaceAll("'", "''")}'`,
    html: CANARY.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    base64: Buffer.from(CANARY).toString('base64'),
    base64url: Buffer.from(CANARY).toString('base64url'),
    'basic authentication': Buffer.from(`blotter:${CANARY}`).toString('base64'),
    'another basic one': Buffer.from(`me:${CANARY}:more`).toString('base64'),
    hex: Buffer.from(CANARY).toString('hex'),
    'another composition of letters': CANARY.normalize('NFD'),
  }
  for (const [name, spelling] of Object.entries(spellings)) {
    const cleaned = text(`before ${spelling} after`)
    assert.ok(cleaned.includes(REDACTED), `${name}: ${cleaned}`)
    assert.match(cleaned, /^before .*after$/s, name)
    assert.doesNotMatch(cleaned, /s3cr3t|Z%C3|czNjcjN0/, name)
  }
})

test('any value is gone from any text around it, quoted or encoded', () => {
  const value = fc.string({ minLength: 12, maxLength: 40, unit: 'grapheme' }).filter((one) => one.trim().length >= 12)
  fc.assert(
    fc.property(value, fc.string(), fc.string(), (secret, before, after) => {
      const { text } = redactionOf(secret)
      assert.ok(!text(before + secret + after).includes(secret) || REDACTED.includes(secret))
      const json = text(JSON.stringify({ before, secret, after }))
      assert.ok(!json.includes(JSON.stringify(secret).slice(1, -1)))
      assert.ok(!text(`${before}?p=${encodeURIComponent(secret)}`).includes(encodeURIComponent(secret)))
    }),
  )
})

test('a line of JSON stays a line of JSON', () => {
  const { text } = redactionOf(CANARY, 'another-one')
  const line = text(JSON.stringify({ msg: `a ${CANARY} b`, list: [CANARY, 'x another-one'], other: 1 }))
  assert.deepEqual(JSON.parse(line), { msg: `a ${REDACTED} b`, list: [REDACTED, `x ${REDACTED}`], other: 1 })
})

test('of two credentials that begin alike nothing is left over', () => {
  const { text } = redactionOf('password-one', 'password-one-and-more')
  assert.equal(text('is password-one-and-more.'), `is ${REDACTED}.`)
})

test('a short one is found only where it stands by itself, and one too short never', () => {
  const { text } = redactionOf('City7', 'ab1')
  assert.equal(text('City7: the City7s of xCity7, City7'), `${REDACTED}: the City7s of xCity7, ${REDACTED}`)
  assert.equal(text('ab1'), 'ab1')
})

test('a short word or number is left alone, since messages are made of them', () => {
  const { text } = redactionOf('password', 'root', 'BLOTTER', '12345678', 'kanarienvogel', 'hunter2')
  const message = 'Check the password of root in BLOTTER: 12345678 rows'
  assert.equal(text(message), message)
  assert.equal(text('a kanarienvogel, hunter2'), `a ${REDACTED}, ${REDACTED}`)
})

test('each line of a key of several lines is found by itself', () => {
  const line = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'
  const { text } = redactionOf(`-----BEGIN PRIVATE KEY-----\n${line}\n-----END PRIVATE KEY-----\n`)
  assert.equal(text(`error near ${line}!`), `error near ${REDACTED}!`)
})

test('a document keeps its names, its shape and all that is no text', () => {
  const { document } = redactionOf(CANARY)
  const when = new Date(0)
  const given = { error: { message: `bad ${CANARY}`, context: { list: [CANARY, 1n, null], when } }, rows: 12 }
  assert.deepEqual(document(given), {
    error: { message: `bad ${REDACTED}`, context: { list: [REDACTED, 1n, null], when } },
    rows: 12,
  })
})

test('where nothing was seen, nothing is touched', () => {
  const { text, document } = createRedaction()
  const given = { a: CANARY }
  assert.equal(text(CANARY), CANARY)
  assert.equal(document(given), given)
})
