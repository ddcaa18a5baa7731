import assert from 'node:assert/strict'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { sleep } from '../../src/clock.ts'
import type { ProcessMark } from '../../src/orchestrate/process-mark.ts'
import { openState } from '../../src/state/state.ts'
import { readWatcher } from '../../src/state/watcher-row.ts'
import { type Certificate, makeCertificate } from '../services/certificate.ts'
import { headerOf, type Mail, MAIL_USER, type MailServer, partOf, startMail, startMute } from '../services/mail.ts'
import { documentOf, type Env, type RunDocument, startBlotter } from './blotter.ts'
import { type FaultyCity, makeFaultyCity } from './city.ts'

const PASSWORD = 'kanarien vogel-6b1d §'
const ENV: Env = { BLOTTER_SECRET_SMTP: PASSWORD }
const BLOCKING = `--import=${new URL('./programs/block.mjs', import.meta.url).href}`

const eventOf = (mail: Mail): string | undefined => headerOf(mail, 'X-Blotter-Event')
const runOf = (mail: Mail): string | undefined => headerOf(mail, 'X-Blotter-Run')

describe('People are told', () => {
  let city: FaultyCity
  let certificate: Certificate
  let mail: MailServer

  const configure = async (port: number, more = '', alerts = ''): Promise<void> =>
    writeFile(
      join(city.folder, 'blotter.yaml'),
      `alerts: { ${alerts} email: { host: localhost, port: ${port}, user: "${MAIL_USER}", password: secret://smtp,
        from: blotter@example.org, to: [desk@example.org], ca: ${certificate.caFile} } }\n${more}\n`,
    )
  const alerts = (...args: string[]) => city.blotterStruck(ENV, 'alerts', ...args)
  const watcher = (): number | undefined => {
    using state = openState(join(city.lake, '.blotter'))
    return (readWatcher(state.database)?.mark as ProcessMark | undefined)?.pid
  }
  /** Waits until nobody watches: what was to be sent is sent. */
  const quiet = async (): Promise<void> => {
    for (let looks = 0; looks < 200 && watcher() !== undefined; looks++) await sleep(50)
  }

  before(async () => {
    city = await makeFaultyCity()
    certificate = await makeCertificate(join(city.folder, 'certificate'))
  })
  beforeEach(async () => {
    await mail?.[Symbol.asyncDispose]()
    mail = await startMail(certificate, PASSWORD)
    await rm(city.lake, { recursive: true, force: true })
    await city.publish(0)
  })
  after(async () => {
    await mail[Symbol.asyncDispose]()
    await city[Symbol.asyncDispose]()
  })

  it('of a run that hangs within five seconds of the miss, once, and once that it recovered', async (t) => {
    await configure(mail.port, 'sla: { run: 2s }')
    const started = city.startRun([], { ...ENV, NODE_OPTIONS: BLOCKING, BLOTTER_TEST_BLOCK_MS: '6000' })
    await started.says(/blocked/)
    const [missed] = await mail.received(1)
    assert.equal(eventOf(missed!), 'deadline_missed')
    assert.equal(started.child.exitCode, null)
    const ended = await started.ended
    const { run } = documentOf<RunDocument>(ended)
    assert.equal(ended.code, 0, ended.err)
    assert.equal(runOf(missed!), run)
    const startedAt = Date.parse(documentOf<{ started_at: string }>(await city.blotter('runs', 'show', '--json')).started_at)
    const lateMs = missed!.at - (startedAt + 2000)
    t.diagnostic(`from the miss to the mail server: ${lateMs} ms`)
    assert.ok(lateMs < 5000, `${lateMs} ms`)
    assert.match(partOf(missed!, 'text/plain'), /may take 2 s and has taken 2 s\. It is at step /)
    await quiet()
    assert.deepEqual(mail.mails.map(eventOf), ['deadline_missed', 'recovered'])
    assert.equal((await city.run([], ENV)).code, 0)
    await quiet()
    assert.equal(mail.mails.length, 2)
  })

  it('of a run whose process was killed, and that the next one recovered', async () => {
    await configure(mail.port, 'sla: { run: 3s }')
    const started = city.startRun([], { ...ENV, NODE_OPTIONS: BLOCKING, BLOTTER_TEST_BLOCK_MS: '60000' })
    await started.says(/blocked/)
    started.child.kill('SIGKILL')
    const [missed] = await mail.received(1)
    assert.match(partOf(missed!, 'text/plain'), /The process\s+that made it is gone/)
    await quiet()
    assert.equal((await city.run([], ENV)).code, 0)
    await quiet()
    assert.deepEqual(mail.mails.map(eventOf), ['deadline_missed', 'recovered'])
    assert.equal(runOf(mail.mails[1]!), runOf(missed!))
  })

  it('of a run that failed, and not of its deadline as well; of one that is held, with the numbers; of a day’s success', async () => {
    await configure(mail.port, 'sla: { run: 34m }', 'digest: daily,')
    assert.equal((await city.run([], ENV)).code, 0)
    assert.equal((await city.run(['--full'], ENV)).code, 0)
    await rm(city.file)
    assert.equal((await city.run([], ENV)).code, 1)
    await city.publish(0)
    const lines = (await readFile(city.file, 'utf8')).split('\n')
    await writeFile(city.file, lines.slice(0, 20).join('\n'))
    assert.equal((await city.run([], ENV)).code, 3)
    await mail.received(3)
    await quiet()
    assert.deepEqual(mail.mails.map(eventOf), ['digest', 'run_failed', 'run_held'])
    assert.match(partOf(mail.mails[0]!, 'text/plain'), /Changes: 54 new\./)
    assert.match(partOf(mail.mails[2]!, 'text/plain'), /Guard {4,}vanished\nVanished {2,}\d+\nBefore {4,}\d+\nLimit {4,}5 %/)
    assert.equal((await city.blotterStruck(ENV, 'runs', 'release')).code, 0)
    await quiet()
    assert.equal(eventOf(mail.mails.at(-1)!), 'recovered')
    assert.match(partOf(mail.mails.at(-1)!, 'text/plain'), /run failed .*run held/s)
  })

  it('nothing of a source that was mistyped, or of a run that was interrupted', async () => {
    await configure(mail.port, 'sla: { run: 3s }')
    assert.equal((await city.run(['--source', 'nonsense://x'], ENV)).code, 2)
    const started = city.startRun([], { ...ENV, NODE_OPTIONS: BLOCKING, BLOTTER_TEST_BLOCK_MS: '500' })
    await started.says(/blocked/)
    started.child.kill('SIGINT')
    assert.equal((await started.ended).code, 130)
    await sleep(3500)
    await quiet()
    assert.deepEqual(mail.mails.map(eventOf), [])
  })

  it('when the mail server is there again; that it was not failed no run and took it two seconds at most', async () => {
    const dead = await startMute()
    await dead[Symbol.asyncDispose]()
    await configure(dead.port)
    await rm(city.file)
    const began = performance.now()
    const failed = await city.run([], ENV)
    assert.equal(failed.code, 1)
    assert.ok(performance.now() - began < 6000)
    const [waits] = documentOf<{ state: string; problem: string }[]>(await alerts('list', '--json'))
    assert.equal(waits?.state, 'waiting')
    const checks = documentOf<{ name: string; state: string; message: string }[]>(
      await city.blotterStruck(ENV, 'doctor', '--json'),
    )
    assert.ok(
      checks.some(({ name, message }) => name === 'alerts' && /1 wait to be sent.*ECONNREFUSED/.test(message)),
      JSON.stringify(checks),
    )
    process.kill(watcher()!, 'SIGKILL')
    await configure(mail.port)
    assert.equal(documentOf<{ sent: number }>(await alerts('send', '--json')).sent, 1)
    assert.equal(documentOf<{ sent: number }>(await alerts('send', '--json')).sent, 0)
    assert.deepEqual(mail.mails.map(eventOf), ['run_failed'])
  })

  it('once of what was stored by a process that was killed before it was sent', async () => {
    await using mute = await startMute()
    await configure(mute.port)
    await rm(city.file)
    assert.equal((await city.run([], ENV)).code, 1)
    const pid = watcher()
    assert.ok(pid)
    process.kill(pid, 'SIGKILL')
    await configure(mail.port)
    await city.publish(0)
    assert.equal((await city.run([], ENV)).code, 0)
    await quiet()
    assert.deepEqual(mail.mails.map(eventOf).toSorted(), ['recovered', 'run_failed'])
  })

  it('of data that is too old, once however often the watcher starts, and that it is fresh again', async () => {
    await configure(mail.port, 'sla: { freshness: 1s }')
    assert.equal((await city.run(['--at', '2026-01-01T06:00:00Z'], ENV)).code, 0)
    const stop = async (count: number): Promise<void> => {
      const watching = startBlotter(['alerts', 'watch', '--stay', '--lake', city.lake], { cwd: city.folder, env: ENV })
      await mail.received(count)
      await sleep(800)
      watching.child.kill('SIGTERM')
      assert.equal((await watching.ended).code, 0)
    }
    await quiet()
    await stop(1)
    await stop(1)
    assert.deepEqual(mail.mails.map(eventOf), ['deadline_missed'])
    assert.match(partOf(mail.mails[0]!, 'text/plain'), /The newest batch is of 2026-01-01 06:00:00 UTC/)
    assert.equal((await city.run([], ENV)).code, 0)
    await quiet()
    assert.equal(eventOf(mail.mails.at(-1)!), 'recovered')
  })

  it('nothing of the password: it is in no mail, file, output or error', async () => {
    await configure(mail.port, '', 'digest: run,')
    const wrong = { BLOTTER_SECRET_SMTP: `${PASSWORD} wrong` }
    const shown = [
      await city.run([], ENV),
      await city.blotterStruck(wrong, 'doctor', '--send-test-mail'),
      await city.blotterStruck(ENV, 'doctor', '--send-test-mail', '--json'),
      await city.run(['--debug', '--full'], wrong),
      await city.blotterStruck(wrong, 'alerts', 'send', '--debug'),
      await city.blotterStruck(wrong, 'alerts', 'list', '--json'),
    ]
    assert.match(shown[1]!.out, /refused the login of blotter@example\.org/)
    assert.match(shown[2]!.out, /"test email",\s+"state": "ok"/)
    assert.ok(mail.mails.some((one) => eventOf(one) === 'test'))
    process.kill(watcher() ?? 0, 0)
    const texts = [...shown.flatMap(({ out, err }) => [out, err]), ...mail.mails.map(({ source }) => source)]
    for (const entry of await readdir(city.folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) texts.push(await readFile(join(entry.parentPath, entry.name), 'latin1'))
    }
    const forms = ['vogel-6b1d', Buffer.from(PASSWORD).toString('base64').slice(2, 20), encodeURIComponent(PASSWORD)]
    for (const text of texts) for (const form of forms) assert.ok(!text.includes(form), text.slice(0, 2000))
    await alerts('send')
    await quiet()
  })
})
