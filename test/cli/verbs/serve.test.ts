import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blotter } from '../fake-platform.ts'

const link = { link: '/login#link=one-time', link_expires_at: '2026-11-25T06:10:00.000Z' }
const stopped = AbortSignal.abort()

test('while there is no user, the link for the first one is printed, by a name that passkeys take', async () => {
  const platform = { firstUserLink: async () => link, workBeside: async () => {} }
  const { exitCode, stdout } = await blotter(['serve'], { platform, signal: stopped })
  assert.equal(exitCode, 0)
  assert.match(stdout, /first user enrols here, once and within ten minutes: http:\/\/localhost:7070\/login#link=one-time/)
  const json = await blotter(['serve', '--json'], { platform, signal: stopped })
  assert.equal((JSON.parse(json.stdout) as { first_user: string }).first_user, 'http://localhost:7070/login#link=one-time')
})

test('once there are users, no link is printed', async () => {
  const { stdout } = await blotter(['serve', '--json'], { platform: { workBeside: async () => {} }, signal: stopped })
  assert.equal((JSON.parse(stdout) as { first_user?: string }).first_user, undefined)
})

test('beyond this machine without TLS people are told that passwords pass in the open, and with it they are not', async () => {
  const given = { platform: { workBeside: async () => {} }, signal: stopped }
  const open = await blotter(['serve'], { ...given, env: { BLOTTER_SERVER_HOST: '0.0.0.0' } })
  assert.match(open.stderr, /pass in the open/)
  const tls = {
    BLOTTER_SERVER_TLS_CERT: 'c.pem',
    BLOTTER_SERVER_TLS_KEY: 'k.pem',
    BLOTTER_SERVER_HOSTS: 'blotter.example.org',
  }
  const guarded = await blotter(['serve'], { ...given, env: { BLOTTER_SERVER_HOST: '0.0.0.0', ...tls } })
  assert.doesNotMatch(guarded.stderr, /pass in the open/)
  const started = guarded.calls.find(([name]) => name === 'startServer')?.[1] as { tls: object; hosts: string[] } | undefined
  assert.deepEqual(
    [started?.tls, started?.hosts],
    [{ cert: '/nowhere/c.pem', key: '/nowhere/k.pem' }, ['blotter.example.org']],
  )
})

test('what a service logs goes to stderr as JSON, but not between what a person in a terminal reads', async () => {
  const serve = (args: string[], terminalColumns?: number) =>
    blotter(['serve', ...args], {
      signal: stopped,
      logged: 'refresh',
      ...(terminalColumns === undefined ? {} : { terminalColumns }),
    })
  assert.equal((JSON.parse((await serve([])).stderr) as { msg: string }).msg, 'refresh')
  assert.equal((await serve([], 80)).stderr, '')
  assert.match((await serve(['--debug'], 80)).stderr, /"msg":"refresh"/)
})
