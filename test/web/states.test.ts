import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { browserMissing } from '../services/chromium.ts'
import { accessibilityFaults, keepScreenshot } from '../services/looks.ts'
import { servePages } from './served-pages.ts'

/** Answers that a server gives in trouble, and what the page then says. */
const TROUBLES = [
  { name: 'empty', path: '**/api/v1/dashboards/*', status: 404, code: 'lake_missing', says: 'There is no batch yet.' },
  { name: 'failed', path: '**/api/v1/dashboards', status: 400, code: 'usage', says: 'It is broken.' },
  { name: 'forbidden', path: '**/api/v1/dashboards', status: 403, code: 'forbidden', says: 'You may not see this.' },
]

test('A page in trouble', { skip: browserMissing() ?? false, timeout: 600_000 }, async (t) => {
  const served = await servePages(t)

  for (const { name, path, status, code, says } of TROUBLES) {
    await t.test(`says what it is, and what to do: ${name}`, async () => {
      const page = await served.open({ theme: name === 'failed' ? 'dark' : 'light' })
      const body = JSON.stringify({ title: 'Trouble', status, code, detail: 'It is broken.', todo: 'Mend it.' })
      await page.route(path, (route) => route.fulfill({ status, contentType: 'application/problem+json', body }))
      await page.goto('/')
      await page.getByRole('heading', { level: 1, name: says }).waitFor()
      await keepScreenshot(page, `state-${name}`)
      assert.deepEqual(await accessibilityFaults(page), [])
      await page.context().close()
    })
  }

  await t.test('says that a link’s batch is not there, and finds one by its day', async () => {
    const page = await served.open()
    for (const path of ['/', '/changes']) {
      await page.goto(`${path}?asof=2020-01-01`)
      await page.getByRole('heading', { level: 1, name: '2020-01-01' }).waitFor()
    }
    await page.goto('/changes?asof=2026-11-23')
    await page.getByRole('heading', { level: 1, name: /between .* and Mon 23 Nov 2026, 06:00/ }).waitFor()
    await page.locator('.picker', { hasText: 'Mon 23 Nov 2026, 06:00' }).first().waitFor()
    await page.context().close()
  })

  await t.test(
    'says when names of batches that move on with time are, and how to leave the past, however narrow',
    async () => {
      const page = await served.open({ width: 1100 })
      await page.goto('/?asof=latest~1&compare=latest~2')
      await page.locator('.picker', { hasText: 'Mon 23 Nov 2026, 06:00UTC · latest~1' }).waitFor()
      await page.locator('.picker', { hasText: 'Sun 22 Nov 2026, 06:00UTC · latest~2' }).waitFor()
      const [bar, back] = await Promise.all(
        ['.top-bar', '.past a'].map((one) =>
          page.locator(one).evaluate((element) => element.getBoundingClientRect().toJSON()),
        ),
      )
      assert.ok(back.top >= bar.top && back.bottom <= bar.bottom && back.right <= bar.right, JSON.stringify({ bar, back }))
      await page.context().close()
    },
  )

  await t.test('says that a refresh failed, why, and what to do', async () => {
    const page = await served.open({ width: 1100 })
    await page.route(/dashboards\/[a-z-]+\?/, async (route) => {
      const told = (await (await route.fetch()).json()) as object
      const problem = { code: 'lake_missing', message: 'The files of it are gone.', todo: 'Restore them.' }
      await route.fulfill({ json: { ...told, refresh: { state: 'failed', since: '2026-11-24T07:00:00Z', problem } } })
    })
    await page.goto('/')
    await page.locator('.notice', { hasText: 'The files of it are gone. Restore them.' }).waitFor()
    await page.getByText('the last refresh failed').waitFor()
    await page.getByRole('button', { name: 'Refresh now' }).waitFor()
    await page.locator('.headline').waitFor()
    await keepScreenshot(page, 'state-refresh-failed', { isWhole: false })
    assert.deepEqual(await accessibilityFaults(page), [])
    await page.context().close()
  })

  await t.test('that is slow keeps the place of what will come', async () => {
    const page = await served.open()
    await page.route('**/figures?*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await route.continue()
    })
    await page.goto('/')
    await page.locator('.skeleton[data-shown="true"]').first().waitFor()
    await keepScreenshot(page, 'state-loading')
    await page.locator('.headline').waitFor()
    await page.context().close()
  })

  await t.test('has menus that are fit for everybody, and closes them by Escape', async () => {
    const page = await served.open()
    await page.goto('/')
    await page.locator('.headline').waitFor()
    for (const [button, name] of [
      ['.picker', 'batches'],
      ['.filter-row .popover:nth-child(2) > button', 'filter'],
      ['.chart-controls button', 'menu'],
      ['.top-right .popover > button', 'user'],
    ] as const) {
      await page.locator(button).first().click()
      await page.locator('.popover-panel').waitFor()
      await keepWindow(page, name)
      assert.deepEqual(await accessibilityFaults(page), [], name)
      await page.keyboard.press('Escape')
      await page.locator('.popover-panel').waitFor({ state: 'detached' })
      assert.equal(await page.evaluate('document.activeElement.getAttribute("aria-expanded")'), 'false', name)
    }
    await page.context().close()
  })
})

function keepWindow(page: Page, name: string): Promise<void> {
  return keepScreenshot(page, `open-${name}`, { isWhole: false })
}
