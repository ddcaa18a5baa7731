import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { readSecret, type SecretInput } from '../../src/cli/read-secret.ts'
import { type Output, PLAIN } from '../../src/cli/terminal.ts'
import { redaction } from '../../src/log/redaction.ts'
import { blotter } from './fake-platform.ts'

test('a secret is asked for and kept, and its value is printed nowhere', async () => {
  const { exitCode, stdout, stderr, calls } = await blotter(['secret', 'set', 'mysql'], { secret: 'canary-that-is-typed' })
  assert.equal(exitCode, 0, stderr)
  assert.match(stdout, /mysql is kept in the vault; name it as secret:\/\/mysql/)
  assert.deepEqual(
    calls.find(([name]) => name === 'secretSet'),
    ['secretSet', 'mysql', 'canary-that-is-typed'],
  )
  assert.doesNotMatch(stdout + stderr, /canary/)
  const json = JSON.parse((await blotter(['secret', 'set', 'mysql', '--json'], { secret: 'x' })).stdout) as unknown
  assert.deepEqual(json, { name: 'mysql', from: 'vault', changed_at: '2026-11-23T06:00:00.000Z' })
})

test('a value as an argument is bad usage, and is not repeated', async () => {
  const { exitCode, stdout, stderr, calls } = await blotter(['secret', 'set', 'mysql', 'canary-as-an-argument'])
  assert.equal(exitCode, 2)
  assert.doesNotMatch(stdout + stderr, /canary/)
  assert.ok(!calls.some(([name]) => name === 'secretSet'))
})

test('the list has names, places and times', async () => {
  const { stdout } = await blotter(['secret', 'list'])
  assert.match(stdout, /mysql +vault +1 Oct 2026, 06:00/)
  const json = JSON.parse((await blotter(['secret', '--json'])).stdout) as { name: string }[]
  assert.deepEqual(
    json.map(({ name }) => name),
    ['mysql', 'smtp'],
  )
})

test('the status says what is overdue or missing, how the last renewal failed, and what to do', async () => {
  const { stdout } = await blotter(['secret', 'status'])
  assert.match(
    stdout,
    /mysql +overdue +vault .*31 Oct 2026, 06:00 +failed in set, 1 Nov 2026, 06:00 +source\.password, as blotter_ro/,
  )
  assert.match(stdout, /failed in its step "set"[^]*→ blotter secret rotate mysql/)
  assert.match(stdout, /smtp +missing +nowhere[^]*→ blotter secret set smtp/)
})

test('a renewal tells which account is in use and when the next one is due', async () => {
  const { stdout, calls } = await blotter(['secret', 'rotate', 'mysql'])
  assert.match(stdout, /mysql is renewed: blotter_ro_clone is in use from now on; next on 23 Dec 2026, 06:00 UTC/)
  assert.ok(calls.some(([name, arg]) => name === 'secretRotate' && arg === 'mysql'))
})

test('a value that was seen is printed by no verb, whether for people or for machines', async () => {
  redaction.keep('canary-of-a-report')
  const from = async () => ({ secret: 'mysql', account: 'canary-of-a-report', rotated_at: '', next_at: '' })
  for (const args of [[], ['--json']]) {
    const { stdout } = await blotter(['secret', 'rotate', 'mysql', ...args], { platform: { secretRotate: from } })
    assert.match(stdout, /\[redacted\]/)
    assert.doesNotMatch(stdout, /canary/)
  }
})

function terminalOf(isTTY: boolean): { input: PassThrough & SecretInput; err: Output; shown: string[]; raw: boolean[] } {
  const [shown, raw]: [string[], boolean[]] = [[], []]
  const input = Object.assign(new PassThrough(), isTTY ? { isTTY, setRawMode: (on: boolean) => void raw.push(on) } : {})
  const err = { isTerminal: isTTY, columns: 80, styles: PLAIN, write: async (text: string) => void shown.push(text) }
  return { input, err, shown, raw }
}

async function read(isTTY: boolean, ...chunks: (string | Buffer)[]): Promise<string> {
  const { input, err, shown, raw } = terminalOf(isTTY)
  const reading = readSecret(input, err, 'Value of x', new AbortController().signal)
  for (const chunk of chunks) input.write(chunk)
  if (!isTTY) input.end()
  const value = await reading.finally(() => isTTY && assert.deepEqual(raw, [true, false]))
  assert.deepEqual(shown, isTTY ? ['Value of x: ', '\n'] : [])
  return value
}

test('what is typed shows nothing but the question, and can be corrected', async () => {
  assert.equal(await read(true, 'geheim\r'), 'geheim')
  assert.equal(await read(true, 'wro', 'ng\x15right', 'x\x7f\x1b[D!\n', 'more'), 'right!')
  const letters = Buffer.from('Zürich 🔑\r')
  assert.equal(await read(true, letters.subarray(0, 2), letters.subarray(2, 10), letters.subarray(10)), 'Zürich 🔑')
  assert.equal(await read(true, '🔑🔑\x7f\r'), '🔑')
})

test('Ctrl-C and a signal end the question', async () => {
  await assert.rejects(read(true, 'gehe\x03'), { code: 'interrupted' })
  const { input, err } = terminalOf(true)
  const stop = new AbortController()
  const reading = readSecret(input, err, 'Value', stop.signal)
  stop.abort(new Error('stopped'))
  await assert.rejects(reading, /stopped/)
})

test('a pipe gives all that comes, less its last line break', async () => {
  assert.equal(await read(false, 'two\n', 'lines\n'), 'two\nlines')
  assert.equal(await read(false, ' spaces \r\n'), ' spaces ')
  assert.equal(await read(false), '')
  await assert.rejects(read(false, 'x'.repeat(70_000)), { code: 'usage', message: /64 KiB/ })
  await assert.rejects(read(false, Buffer.from([0x66, 0xff])), { code: 'usage', message: /UTF-8/ })
})
