import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { loadConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import { openPlatform } from '../../src/platform.ts'
import { startServer } from '../../src/server/serve.ts'
import { codeOf } from '../server/login/house.ts'
import { openViewer } from '../services/browser.ts'
import { browserMissing } from '../services/chromium.ts'
import { accessibilityFaults, keepScreenshot, lookAround } from '../services/looks.ts'

const NAME = 'Ada Byron'
const EMAIL = 'ada@example.org'
const PASSWORD = 'seven quiet herons wade'

/** A server where nobody is known yet, and a browser; passkeys need a name, which localhost is. */
async function place(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const platform = await openPlatform(
    loadConfig({ env: {}, cwd: tmpdir(), flags: { lake: join(folder, 'lake') } }),
    silentLog,
  )
  t.after(() => platform[Symbol.asyncDispose]())
  const server = await startServer(platform.serving(), { host: '127.0.0.1', port: 0, withPages: true, graceMs: 200 })
  t.after(() => server.close())
  const url = server.url.replace('127.0.0.1', 'localhost')
  return { platform, url, viewer: await openViewer(t, { url }) }
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

async function freshCode(page: Page, secret: string): Promise<string> {
  // A code is good once: the next one begins within half a minute, and the one after this is good already.
  return page.evaluate(() => Date.now()).then((now) => codeOf(secret, Number(now) + 30_000))
}

test('Signing in', { skip: browserMissing() ?? false, timeout: 240_000 }, async (t) => {
  const { platform, url, viewer } = await place(t)
  const page = await viewer.open()
  let secret = ''
  let codes: string[] = []

  await t.test('before the first user says where the link is', async () => {
    await page.goto('/')
    await page.getByRole('heading', { name: 'Nobody can sign in yet' }).waitFor()
    await lookAround(page, 'login-nobody')
  })

  await t.test('the first user enrols by the link of the terminal, whose token leaves the address at once', async () => {
    const first = await platform.firstUserLink()
    await page.goto(`${url}${first!.link}`)
    await page.reload()
    await page.getByRole('heading', { name: 'The first user' }).waitFor()
    assert.doesNotMatch(page.url(), /link=/)
    await lookAround(page, 'login-first')
    await page.getByLabel('Name').fill(NAME)
    await page.getByLabel('E-mail').fill(EMAIL)
    await page.getByLabel('Password').fill('password1234')
    await button(page, 'Continue').click()
    await page
      .getByRole('alert')
      .getByText(/leaked/)
      .waitFor()
    await page.getByLabel('Password').fill(PASSWORD)
    await button(page, 'Continue').click()
    await page.getByAltText('QR code of the secret below').waitFor()
    await page.getByText('It cannot be scanned: type it').click()
    secret = (await page.locator('.login-secret code').innerText()).replaceAll(' ', '')
    await lookAround(page, 'login-factor')
    await page.getByLabel('Code').fill(codeOf(secret))
    await button(page, 'Continue').click()
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor()
    codes = await page.locator('.code-list code').allInnerTexts()
    assert.equal(codes.length, 10)
    await lookAround(page, 'login-codes')
    await page.getByLabel('I have kept them').check()
    await button(page, 'To the dashboard').click()
    await page.getByRole('navigation', { name: 'Pages' }).waitFor()
    assert.equal(new URL(page.url()).pathname, '/')
  })

  await t.test('a stranger is shown the login, and after it what they asked for', async () => {
    const other = await viewer.open()
    const answer = await other.goto('/settings?x=1')
    assert.equal(answer?.status(), 401)
    await other.getByRole('heading', { name: 'Sign in' }).waitFor()
    await lookAround(other, 'login')
    await other.getByLabel('E-mail').fill(EMAIL)
    await other.getByLabel('Password').fill('not this one')
    await button(other, 'Continue').click()
    await other.getByText('E-mail or password is not right.').waitFor()
    await other.getByLabel('Password').fill(PASSWORD)
    await button(other, 'Continue').click()
    await other.getByRole('heading', { name: 'Your code' }).waitFor()
    await lookAround(other, 'login-code')
    await other.getByLabel('Code').fill('000000')
    await button(other, 'Sign in').click()
    await other.getByText('The code is not right.').waitFor()
    await button(other, 'The app is lost: use a recovery code').click()
    await other.getByLabel('Recovery code').fill(codes[0]!)
    await button(other, 'Sign in').click()
    await other.getByRole('heading', { name: 'Settings' }).waitFor()
    assert.equal(new URL(other.url()).pathname + new URL(other.url()).search, '/settings?x=1')
    await other.context().close()
  })

  await t.test('a link that leads elsewhere leads nowhere', async () => {
    const other = await viewer.open()
    await other.goto(`/login?next=${encodeURIComponent('//evil.example/x')}`)
    await other.getByLabel('E-mail').fill(EMAIL)
    await other.getByLabel('Password').fill(PASSWORD)
    await button(other, 'Continue').click()
    await button(other, 'The app is lost: use a recovery code').click()
    await other.getByLabel('Recovery code').fill(codes[1]!)
    await button(other, 'Sign in').click()
    await other.getByRole('navigation', { name: 'Pages' }).waitFor()
    assert.equal(new URL(other.url()).origin, new URL(url).origin)
    await other.context().close()
  })

  await t.test('a passkey is added, and signs in by itself', async () => {
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    await page.goto('/settings')
    await page.getByText('Add a passkey').click()
    await page.getByLabel('What it is called').fill('This test')
    await button(page, 'Add').click()
    await page.getByRole('cell', { name: 'This test' }).waitFor()
    await lookAround(page, 'settings')
    await button(page, 'Sign out').click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await button(page, 'Use a passkey').click()
    await page.getByRole('navigation', { name: 'Pages' }).waitFor()
    const { factor } = await page.evaluate(
      async () => (await fetch('/api/v1/session')).json() as Promise<{ factor: string }>,
    )
    assert.equal(factor, 'passkey')
  })

  await t.test('admins add a user, make a token, and see who did what', async () => {
    await page.goto('/settings/users')
    await page.getByLabel('E-mail').fill('desk@example.org')
    await page.getByLabel('Name').fill('The desk')
    await button(page, 'Add').click()
    await page.getByText(/Send this link to The desk/).waitFor()
    await lookAround(page, 'settings-users')
    await page.goto('/settings/tokens')
    await page.getByLabel('Name').fill('wall-screen')
    await button(page, 'Make').click()
    await page.getByText('The token wall-screen, shown this once.').waitFor()
    await lookAround(page, 'settings-tokens')
    await page.goto('/settings/log')
    await page.getByRole('cell', { name: 'Token added' }).waitFor()
    await lookAround(page, 'settings-log')
  })

  await t.test('a dangerous act after ten minutes asks who is there, and is done after it', async () => {
    await page.route(
      '**/api/v1/tokens/wall-screen',
      (route) =>
        route.fulfill({
          status: 403,
          contentType: 'application/problem+json',
          json: { status: 403, code: 'confirmation_needed', detail: 'x' },
        }),
      { times: 2 },
    )
    await page.goto('/settings/tokens')
    await button(page, 'Revoke').click()
    await button(page, 'Revoke it').click()
    const dialog = page.getByRole('dialog', { name: 'Is it you?' })
    await dialog.waitFor()
    await lookAround(page, 'confirm')
    // Who leaves it stands where they were.
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Revoke')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await dialog.waitFor()
    await dialog.getByLabel('Password').fill(PASSWORD)
    await dialog.getByLabel('Code').fill(await freshCode(page, secret))
    await dialog.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('cell', { name: 'revoked' }).first().waitFor()
  })

  await t.test('from anywhere one signs out, and what was read is forgotten', async () => {
    await page.goto('/')
    await page.locator('h1').waitFor()
    await button(page, 'You and the theme').click()
    await keepScreenshot(page, 'user-menu-light-1440')
    assert.deepEqual(await accessibilityFaults(page), [])
    await button(page, 'Sign out').click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    const { user } = await page.evaluate(
      async () => (await fetch('/api/v1/session')).json() as Promise<{ user: object | null }>,
    )
    assert.equal(user, null)
  })

  await t.test('asks nobody but its own server, and breaks no policy', () => {
    assert.deepEqual(viewer.outside, [])
    assert.deepEqual(
      viewer.complaints.filter((text) => !/status of 4\d\d/.test(text)),
      [],
    )
  })
})
