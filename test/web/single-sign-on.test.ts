import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import { openPlatform } from '../../src/platform.ts'
import { startServer } from '../../src/server/serve.ts'
import { openViewer } from '../services/browser.ts'
import { browserMissing } from '../services/chromium.ts'
import { startIssuer } from '../services/issuer.ts'

test('Single sign-on', { skip: browserMissing() ?? false, timeout: 120_000 }, async (t) => {
  const issuer = await startIssuer()
  t.after(() => issuer[Symbol.asyncDispose]())
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const env = {
    BLOTTER_SERVER_OIDC_ISSUER: issuer.url,
    BLOTTER_SERVER_OIDC_CLIENT_ID: issuer.clientId,
    BLOTTER_SERVER_OIDC_CLIENT_SECRET: issuer.clientSecret,
    BLOTTER_SERVER_OIDC_NAME: 'City account',
  }
  const config = loadConfig({ env, cwd: tmpdir(), flags: { lake: join(folder, 'lake') } })
  const platform = await openPlatform(config, silentLog)
  t.after(() => platform[Symbol.asyncDispose]())
  const server = await startServer(platform.serving(), { host: '127.0.0.1', port: 0, withPages: true, graceMs: 200 })
  t.after(() => server.close())
  const url = server.url.replace('127.0.0.1', 'localhost')
  const { open } = await openViewer(t, { url })
  const page = await open()
  // The issuer is another site, to which the browser has to go here.
  await page.context().unrouteAll()

  await t.test('refuses somebody who was not added, and says so on the login page', async () => {
    await platform.userAdd({ email: 'chief@example.org', name: 'Chief', role: 'admin' })
    await page.goto('/login')
    await page.getByRole('button', { name: 'Continue with City account' }).click()
    await page.getByText(/you were not added as a user here/).waitFor()
    assert.equal(new URL(page.url()).search, '', 'what the issuer sent along is out of the address')
  })

  await t.test('signs in who was added, from the issuer’s site back to the page', async () => {
    await platform.userAdd({ email: 'officer@example.org', name: 'Officer', role: 'viewer' })
    await page.goto('/login')
    await page.getByRole('button', { name: 'Continue with City account' }).click()
    await page.getByRole('navigation', { name: 'Pages' }).waitFor()
    const session = await page.evaluate(
      async () => (await fetch('/api/v1/session')).json() as Promise<Record<string, unknown>>,
    )
    assert.equal(session['factor'], 'single_sign_on')
  })
})
