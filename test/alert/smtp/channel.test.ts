import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { monotonicSeconds } from '../../../src/clock.ts'
import type { Message } from '../../../src/alert/alert.ts'
import { messageOf } from '../../../src/alert/message.ts'
import { domainOf, smtpChannel } from '../../../src/alert/smtp/channel.ts'
import { BlotterError } from '../../../src/errors.ts'
import type { EmailConfig } from '../../../src/model/configuration.ts'
import { type Certificate, makeCertificate } from '../../services/certificate.ts'
import { headerOf, MAIL_USER, type MailServer, partOf, startMail, startMute } from '../../services/mail.ts'
import { EXAMPLES, raised } from '../alerts.ts'

const PASSWORD = 'abcd efgh ijkl mnöp'

describe('Mail', () => {
  let folder: string
  let certificate: Certificate
  let server: MailServer
  const message: Message = messageOf(raised(EXAMPLES[0]!), { lake: '/srv/lake', link: undefined }, 'example.org')
  const config = (given: Partial<EmailConfig> = {}): EmailConfig => ({
    host: 'localhost',
    port: server.port,
    tls: 'starttls',
    user: MAIL_USER,
    password: async () => PASSWORD,
    from: 'Blotter <blotter@example.org>',
    to: ['desk@example.org'],
    ca: certificate.caFile,
    ...given,
  })
  const failure = (given: Partial<EmailConfig>): Promise<BlotterError> =>
    smtpChannel(config(given))
      .send(message)
      .then(
        () => assert.fail('It was sent.'),
        (error: unknown) => (error instanceof BlotterError ? error : assert.fail(String(error))),
      )

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blotter-'))
    certificate = await makeCertificate(folder)
    server = await startMail(certificate, PASSWORD)
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  it('goes by STARTTLS with a login, as text and HTML, with the headers that say what it is', async () => {
    const before = server.mails.length
    assert.deepEqual(await smtpChannel(config()).send(message), { refused: [], putOff: {} })
    const mail = (await server.received(before + 1)).at(-1)!
    assert.deepEqual(
      [mail.tls, mail.user, mail.from, mail.to],
      [true, MAIL_USER, 'blotter@example.org', ['desk@example.org']],
    )
    assert.equal(headerOf(mail, 'X-Blotter-Event'), 'deadline_missed')
    assert.equal(headerOf(mail, 'X-Blotter-Run'), '20261123T060000Z-x7k2')
    assert.equal(headerOf(mail, 'Message-ID'), `<${message.id}>`)
    assert.equal(headerOf(mail, 'Auto-Submitted'), 'auto-generated')
    assert.equal(headerOf(mail, 'Date'), 'Mon, 23 Nov 2026 06:34:01 +0000')
    assert.equal(partOf(mail, 'text/plain').trim(), message.text.trim())
    assert.match(partOf(mail, 'text/html'), /<!doctype html>/)
  })

  it('goes to the owner of an account alone where it is of that', async () => {
    const before = server.mails.length
    const own = messageOf(raised(EXAMPLES.at(-1)!), { lake: '/srv/lake', link: undefined }, 'example.org')
    await smtpChannel(config({ to: ['team@example.org'] })).send(own)
    const mail = (await server.received(before + 1)).at(-1)!
    assert.deepEqual([mail.to, headerOf(mail, 'X-Blotter-Event')], [['desk@example.org'], 'account_changed'])
    assert.match(partOf(mail, 'text/plain'), /A passkey was added to your account[^]*192\.0\.2\.7/)
  })

  it('goes to many at once, and in any script', async () => {
    const before = server.mails.length
    const to = Array.from({ length: 60 }, (_, n) => `analyst${n}@example.org`)
    const given = { ...message, subject: 'Lauf verspätet: 34 分 – Überlänge', text: 'Größe: Ω ≈ 😀\n' }
    await smtpChannel(config({ to })).send(given)
    const mail = (await server.received(before + 1)).at(-1)!
    assert.deepEqual(mail.to, to)
    assert.equal(headerOf(mail, 'Subject'), given.subject)
    assert.equal(partOf(mail, 'text/plain').trim(), given.text.trim())
  })

  it('that reached some says to whom it did not go, and is not sent again for their sake', async () => {
    await using picky = await startMail(certificate, PASSWORD, {
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('gone') ? Object.assign(new Error('5.1.1 no such user'), { responseCode: 550 }) : null),
    })
    const { refused } = await smtpChannel(config({ port: picky.port, to: ['desk@example.org', 'gone@example.org'] })).send(
      message,
    )
    assert.equal(refused.length, 1)
    assert.match(refused[0]!, /gone@example\.org.*no such user/)
    const error = await failure({ port: picky.port, to: ['gone@example.org'] })
    assert.equal(error.code, 'alert_refused')
    assert.match(error.message, /no such user/)
  })

  it('that was put off for some is sent again to them alone, as the mail that it was', async () => {
    let asked = 0
    await using grey = await startMail(certificate, PASSWORD, {
      onRcptTo: ({ address }, _session, done) =>
        done(
          address.startsWith('oncall') && ++asked === 1
            ? Object.assign(new Error('4.2.0 come again'), { responseCode: 451 })
            : null,
        ),
    })
    const to = ['desk@example.org', 'oncall@example.org']
    const channel = smtpChannel(config({ port: grey.port, to }))
    const { putOff = {} } = await channel.send(message)
    assert.match(putOff['oncall@example.org']!, /come again/)
    assert.deepEqual(await channel.send({ ...message, only: Object.keys(putOff) }), { refused: [], putOff: {} })
    assert.deepEqual(
      grey.mails.map((mail) => [mail.to, headerOf(mail, 'To'), headerOf(mail, 'Message-ID')]),
      [[to[0]], [to[1]]].map((got) => [got, to.join(', '), `<${message.id}>`]),
    )
    asked = 0
    const error = await failure({ port: grey.port, to: ['oncall@example.org'] })
    assert.deepEqual([error.code, error.todo], ['alert_unreachable', 'Nothing: it is tried again for a day.'])
    assert.match(error.message, /asks to come again: 451 4\.2\.0/)
  })

  it('goes by TLS from the first byte where that is asked for', async () => {
    await using implicit = await startMail(certificate, PASSWORD, { secure: true })
    await smtpChannel(config({ port: implicit.port, tls: 'implicit' })).send(message)
    assert.equal((await implicit.received(1))[0]!.tls, true)
  })

  it('is not given to a server that is not trusted, or bears another name', async () => {
    const before = server.mails.length
    const unknown = await failure({ ca: undefined })
    assert.equal(unknown.code, 'alert_refused')
    assert.match(unknown.message, /certificate that is not trusted/)
    const other = await makeCertificate(join(folder, 'other'), ['DNS:mail.example.org'])
    await using elsewhere = await startMail(other, PASSWORD)
    const named = await failure({ port: elsewhere.port, ca: other.caFile })
    assert.match(named.message, /certificate that is not trusted.*altnames/)
    assert.match(named.todo, /alerts\.email\.host/)
    assert.equal(server.mails.length + elsewhere.mails.length, before)
  })

  it('is not given to a server without STARTTLS, nor is the password', async () => {
    await using open = await startMail(certificate, PASSWORD, {
      hideSTARTTLS: true,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
    })
    const error = await failure({ port: open.port })
    assert.equal(error.code, 'alert_refused')
    assert.match(error.message, /does not speak TLS as it has to/)
    assert.equal(open.mails.length, 0)
    const implicit = await failure({ tls: 'implicit' })
    assert.match(implicit.message, /does not speak TLS as it has to/)
  })

  it('whose login is refused says so without the password, also where the server repeats it', async () => {
    const error = await failure({ password: async () => 'canary-of-mail-77' })
    assert.equal(error.code, 'alert_refused')
    assert.match(error.message, /refused the login of blotter@example\.org/)
    assert.match(error.todo, /app password/)
    assert.doesNotMatch(JSON.stringify([error.message, error.todo, error.context]), /canary-of-mail-77/)
    const half = await failure({ password: undefined })
    assert.equal(half.code, 'config_invalid')
  })

  it('to a server that hangs, hangs up or is not there fails in time', async () => {
    await using mute = await startMute()
    const began = monotonicSeconds()
    const hangs = await failure({ port: mute.port })
    assert.equal(hangs.code, 'alert_unreachable')
    assert.ok(monotonicSeconds() - began < 12, `${monotonicSeconds() - began} s`)
    await using rude = await startMute((socket) => void socket.end('421 go away\r\n'))
    assert.equal((await failure({ port: rude.port })).code, 'alert_unreachable')
    const closed = await startMute()
    const { port } = closed
    await closed[Symbol.asyncDispose]()
    assert.match((await failure({ port })).message, /ECONNREFUSED/)
    assert.equal((await failure({ host: 'no-such-host.invalid' })).code, 'alert_unreachable')
  })

  it('says of a file of authorities that cannot be read which one it is', async () => {
    assert.match((await failure({ ca: join(folder, 'none.pem') })).message, /none\.pem/)
    await writeFile(join(folder, 'empty.pem'), '')
    assert.equal((await failure({ ca: join(folder, 'empty.pem') })).code, 'config_invalid')
  })

  it('has an id of the sender’s domain', () => {
    assert.equal(domainOf('Blotter <blotter@mail.example.org>'), 'mail.example.org')
    assert.equal(domainOf('blotter@example.org'), 'example.org')
  })
})
