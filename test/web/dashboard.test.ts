import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { browserMissing } from '../services/chromium.ts'
import { BATCHES, serveOwnPages } from './served-pages.ts'

interface Mark {
  key: string
  value: number
  base: number
}

interface Figures {
  cards: { value: number; base: number }
  charts: Record<string, { marks: Mark[] }>
}

const figure = (text: string | null): number => Number(text?.replaceAll(/\D/g, ''))

/** Waits until the headline says a number: what is asked for needs a moment. */
async function headlineSays(page: Page, value: number): Promise<void> {
  const text = value.toLocaleString('en-US')
  await page.locator('.headline strong', { hasText: new RegExp(`^${text}$`) }).waitFor()
}

const marksOf = (page: Page, chart: string) => page.locator(`figure[aria-labelledby="${chart}-title"] [data-mark]`)

test('The dashboard', { skip: browserMissing() ?? false, timeout: 600_000 }, async (t: TestContext) => {
  const served = await serveOwnPages(t)
  const { dashboards } = await served.ask<{ dashboards: { name: string }[] }>('/dashboards')
  const figures = (query = ''): Promise<Figures> => served.ask(`/dashboards/${dashboards[0]!.name}/figures${query}`)
  const page = await served.open()
  const all = await figures()

  await t.test('shows the numbers of the newest batch, in every chart the API’s', async () => {
    await page.goto('/')
    await headlineSays(page, all.cards.value)
    for (const [chart, { marks }] of Object.entries(all.charts).filter(([name]) =>
      ['types', 'months', 'hours'].includes(name),
    )) {
      const rows = page.locator(`figure[aria-labelledby="${chart}-title"] table tbody tr`)
      await rows.first().waitFor({ state: 'attached' })
      const shown = await rows.evaluateAll((elements) => elements.map((row) => row.children[1]?.textContent ?? null))
      assert.deepEqual(
        shown.map(figure),
        marks.filter(({ key }) => key !== 'unknown').map(({ value }) => value),
        chart,
      )
    }
  })

  await t.test('filters everything by a click, keeps it in the address, and goes back', async () => {
    const type = all.charts['types']!.marks[1]!
    await marksOf(page, 'types').nth(1).click()
    await headlineSays(page, type.value)
    assert.equal(new URL(page.url()).searchParams.get('type'), type.key)
    assert.equal(await page.locator('.chip').count(), 1)
    const months = (await figures(`?type=${encodeURIComponent(type.key)}`)).charts['months']!.marks
    const sum = months.reduce((total, { value }) => total + value, 0)
    assert.equal(sum, type.value)
    const faded = await marksOf(page, 'types').evaluateAll(
      (marks) => marks.filter((mark) => mark.getAttribute('data-faded') === 'true').length,
    )
    assert.equal(faded, (await marksOf(page, 'types').count()) - 1)
    const copy = await served.open()
    await copy.goto(page.url())
    await headlineSays(copy, type.value)
    await copy.close()
    await page.goBack()
    await headlineSays(page, all.cards.value)
  })

  await t.test('chooses a stretch of time by dragging over its months', async () => {
    const months = marksOf(page, 'months')
    await months.first().scrollIntoViewIfNeeded()
    const [from, to] = [await months.nth(60).boundingBox(), await months.nth(71).boundingBox()]
    assert.ok(from && to)
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
    await page.mouse.down()
    await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 6 })
    await page.mouse.up()
    const { searchParams } = new URL(page.url())
    assert.deepEqual([searchParams.get('from'), searchParams.get('to')], ['2006-01-01', '2006-12-31'])
    await headlineSays(page, (await figures('?from=2006-01-01&to=2006-12-31')).cards.value)
    await page.getByRole('button', { name: 'Clear all' }).click()
    await headlineSays(page, all.cards.value)
  })

  await t.test('is walked and used by the keyboard alone', async () => {
    await marksOf(page, 'types').first().focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const third = all.charts['types']!.marks[2]!
    await headlineSays(page, third.value)
    await page.keyboard.press('Enter')
    await headlineSays(page, all.cards.value)
    await marksOf(page, 'hours').first().focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    assert.equal(await page.evaluate('document.activeElement.dataset.mark'), '2-1')
    await page.keyboard.press('/')
    assert.equal(await page.evaluate('document.activeElement.type'), 'search')
  })

  await t.test('shows the past in amber as it was, and comes back', async () => {
    const past = await figures(`?at=${BATCHES[0]}`)
    await page.goto(`/?asof=${BATCHES[0]}`)
    await headlineSays(page, past.cards.value)
    assert.equal(await page.locator('.top-bar').getAttribute('data-past'), 'true')
    await page.getByRole('link', { name: 'Back to latest' }).click()
    await headlineSays(page, all.cards.value)
    assert.equal(await page.locator('.top-bar').getAttribute('data-past'), 'false')
  })

  await t.test('compares with an earlier period, and says which', async () => {
    await page.goto('/?vs=previous_year&from=2019-01-01&to=2019-12-31')
    await page.getByText(/against 1 Jan 2018 – 31 Dec 2018/).waitFor()
    assert.ok((await page.locator('.compared').count()) > 10)
    await page.goto('/')
    await headlineSays(page, all.cards.value)
  })

  await t.test('gives a chart away as a table, as a picture and as a drawing', async () => {
    const menu = page.getByRole('button', { name: /^More of “Which crimes/ })
    for (const [item, begins] of [
      ['Save as PNG', '\u0089PNG'],
      ['Save as SVG', '<svg xmlns'],
    ] as const) {
      await menu.click()
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: item }).click()])
      const bytes = await readFile(await download.path())
      assert.equal(bytes.subarray(0, begins.length).toString('latin1'), begins)
      assert.match(download.suggestedFilename(), /^types-2026-11-24T060000Z\.(png|svg)$/)
      assert.ok(bytes.length > 5000)
    }
    await menu.click()
    await page.getByRole('button', { name: 'Show as table' }).click()
    await page.locator('figure[aria-labelledby="types-title"] .twin td').first().waitFor()
    await menu.click()
    await page.getByRole('button', { name: 'Show as chart' }).click()
  })

  await t.test('shows the SQL of a chart in the console, and what it gives', async () => {
    await page.goto('/?domestic=true')
    await headlineSays(page, (await figures('?domestic=true')).cards.value)
    await page.getByRole('button', { name: /^More of “Which crimes/ }).click()
    await page.getByRole('link', { name: 'Show the SQL' }).click()
    const [first] = (await figures('?domestic=true')).charts['types']!.marks
    await page.getByRole('cell', { name: String(first!.value), exact: true }).waitFor()
    assert.match(new URL(page.url()).searchParams.get('sql') ?? '', /^-- Which crimes are without an arrest\nwith /)
  })

  await t.test('fills areas by their boundaries, which are chosen by a click and by the keyboard', async () => {
    const mapped = await served.open()
    const ring = (west: number) => [
      [west, 41.8],
      [west + 0.1, 41.8],
      [west + 0.1, 41.9],
      [west, 41.9],
      [west, 41.8],
    ]
    const [one, other] = all.charts['areas']!.marks.filter(({ key }) => key !== 'unknown')
    const features = [one!, other!].map(({ key }, i) => ({
      type: 'Feature',
      id: key,
      geometry: { type: 'MultiPolygon', coordinates: [[ring(-87.8 + i / 10)]] },
    }))
    await mapped.route('**/boundaries/made_up', (route) => route.fulfill({ json: { type: 'FeatureCollection', features } }))
    await mapped.route(/dashboards\/[a-z-]+\?/, async (route) => {
      const response = await route.fetch()
      const told = (await response.json()) as { charts: { id: string }[] }
      const asMap = { kind: 'boundary_map', boundaries: 'made_up' }
      const charts = told.charts.map((chart) => (chart.id === 'areas' ? { ...chart, ...asMap } : chart))
      await route.fulfill({ json: { ...told, charts } })
    })
    await mapped.goto('/')
    await marksOf(mapped, 'areas').nth(1).click()
    await headlineSays(mapped, other!.value)
    await mapped.keyboard.press('Escape')
    await marksOf(mapped, 'areas').last().focus()
    await mapped.keyboard.press('Enter')
    await headlineSays(mapped, all.cards.value)
    await marksOf(mapped, 'areas').last().focus()
    await mapped.keyboard.press('ArrowLeft')
    await mapped.keyboard.press('Enter')
    await headlineSays(mapped, one!.value)
    await mapped.context().close()
  })

  await t.test('treats a filter with quotes and script tags as a value that nothing has', async () => {
    const value = `"'><script>document.title='taken'</script>`
    await page.goto(`/?type=${encodeURIComponent(value)}`)
    await page.locator('.chip', { hasText: value }).waitFor()
    await page.getByRole('heading', { level: 1, name: 'No incidents fit what is chosen.' }).waitFor()
    await page.getByText(`No incident as of this batch has Crime type: ${value}`).waitFor()
    assert.equal(await page.title(), 'Dashboard · Blotter')
  })

  await t.test('lists incidents of any number with few rows in the page', async () => {
    await page.goto('/')
    const table = page.getByRole('table', { name: 'The incidents', exact: true })
    await table.getByRole('link').first().waitFor()
    assert.equal(Number(await table.getAttribute('aria-rowcount')), all.cards.base + 1)
    await table.evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await table.locator(`[aria-rowindex="${all.cards.base + 1}"] a`).waitFor()
    assert.ok((await table.getByRole('row').count()) < 60)
  })

  await t.test('sorts the incidents by a column, which stands in the address', async () => {
    await page.goto('/')
    const table = page.getByRole('table', { name: 'The incidents', exact: true })
    const firstOf = async (sort: string): Promise<string> => {
      const { rows } = await served.ask<{ rows: { id: number }[] }>(
        `/dashboards/${dashboards[0]!.name}/incidents?sort=${sort}&limit=1`,
      )
      return String(rows[0]!.id)
    }
    const head = table.getByRole('columnheader', { name: 'Block' })
    await head.getByRole('button').focus()
    for (const [sort, direction] of [
      ['block', 'ascending'],
      ['-block', 'descending'],
    ] as const) {
      await page.keyboard.press('Enter')
      await table.locator('[aria-rowindex="2"] a', { hasText: await firstOf(sort) }).waitFor()
      assert.equal(await head.getAttribute('aria-sort'), direction)
      assert.equal(new URL(page.url()).searchParams.get('sort'), sort)
      await page.getByText(`By block, ${direction}`).waitFor()
    }
    await page.goBack()
    await table.locator('[aria-rowindex="2"] a', { hasText: await firstOf('block') }).waitFor()
  })

  await t.test('gives the incidents that fit what is chosen away as a file, however they are sorted', async () => {
    const type = all.charts['types']!.marks.at(-1)!
    await page.goto(`/?type=${encodeURIComponent(type.key)}&sort=block`)
    await headlineSays(page, type.value)
    const href = await page.getByRole('link', { name: 'CSV', exact: true }).getAttribute('href')
    // A download brings no token along, as it does a session.
    const csv = await page.evaluate<string>(`fetch(${JSON.stringify(href)}).then((answer) => answer.text())`)
    const [head, ...rows] = csv.trimEnd().split('\n')
    assert.match(head!, /^id,/)
    assert.equal(rows.length, type.base)
  })

  await t.test('keeps the old numbers with a notice when new ones cannot be had', async () => {
    await page.goto('/')
    await headlineSays(page, all.cards.value)
    await page.route('**/figures?*', (route) =>
      route.fulfill({ status: 400, contentType: 'application/problem+json', body: '{"detail":"It broke."}' }),
    )
    await marksOf(page, 'types').first().click()
    await page.locator('.notice', { hasText: 'It broke.' }).waitFor()
    assert.equal(await marksOf(page, 'types').count(), 12)
    await page.unroute('**/figures?*')
  })

  await t.test('follows a new batch without being loaded again', async () => {
    await page.goto('/')
    await headlineSays(page, all.cards.value)
    await page.evaluate('globalThis.mark = "still the same page"')
    await served.nextDay('2026-11-25T06:00:00Z')
    const { cards } = await figures()
    await page.locator('.picker', { hasText: '25 Nov 2026, 06:00' }).waitFor()
    await headlineSays(page, cards.value)
    assert.equal(await page.evaluate('globalThis.mark'), 'still the same page')
  })

  await t.test('holds no connection while nobody sees it, and catches up when somebody does', async () => {
    const show = (hidden: boolean): Promise<unknown> =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))`)
    const hungUp = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/events'))
    await show(true)
    await hungUp
    await served.nextDay('2026-11-26T06:00:00Z')
    await show(false)
    await page.locator('.picker', { hasText: '26 Nov 2026, 06:00' }).waitFor()
  })

  await t.test('asks anew when its connection for events is there again', async () => {
    await page.route('**/api/v1/events', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body: 'retry: 200\n\n' }),
    )
    await page.goto('/')
    await headlineSays(page, (await figures()).cards.value)
    await page.waitForRequest('**/api/v1/batches')
    await page.unroute('**/api/v1/events')
  })

  await t.test('asked nobody but its own server, and complained of nothing else than what was broken on purpose', () => {
    assert.deepEqual(served.outside, [])
    assert.deepEqual(
      served.complaints.filter((text) => !/status of (400|403)/.test(text)),
      [],
    )
  })
})
