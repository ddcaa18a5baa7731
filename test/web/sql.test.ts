import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { browserMissing } from '../services/chromium.ts'
import { lookAround } from '../services/looks.ts'
import { BATCHES, type ServedPages, servePages } from './served-pages.ts'

const skip = browserMissing() ?? false
const TYPES = 'select crime_type, incidents\nfrom aggregates.by_type\norder by incidents desc'
const addressOf = (sql: string, more = ''): string => `/sql?sql=${encodeURIComponent(sql)}${more}`

/** The editor lives in a shadow tree, which locators see through. */
const textOf = (page: Page): Promise<string> =>
  page
    .locator('.cm-content')
    .evaluate((content) => [...content.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n'))

async function write(page: Page, sql: string): Promise<void> {
  await page.getByRole('textbox', { name: 'SQL statement' }).click()
  await page.keyboard.press('Control+A')
  // Over what is selected, Chromium itself would put its style down as an attribute, which the policy refuses, as it should.
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(sql)
}

describe('The SQL page', { skip, timeout: 240_000 }, async () => {
  let served: ServedPages
  it('runs what is written, shows rows, time and batch, and keeps all of it in the address', async (t) => {
    served = await servePages(t)
    await look(served)
    await mistakes(served)
    await time(served)
    await cancel(served)
    await kept(served)
    await taken(served)
    await every(served)
    assert.deepEqual(served.outside, [])
    const policy = served.complaints.filter((one) => /Content Security Policy|Refused/i.test(one))
    assert.deepEqual(policy, [])
  })
})

async function look({ open, ask }: ServedPages): Promise<void> {
  const page = await open()
  await page.goto('/sql')
  await page.getByRole('heading', { name: 'Begin with one of these, or write your own' }).waitFor()
  await write(page, TYPES)
  await page.keyboard.press('Control+Enter')
  await page.getByRole('table', { name: /^Result:/ }).waitFor()
  assert.equal(new URL(page.url()).searchParams.get('sql'), TYPES)
  const { tables } = await ask<{ tables: { name: string; rows: number }[] }>('/tables')
  const { rows } = tables.find(({ name }) => name === 'aggregates.by_type')!
  assert.match(
    (await page.locator('.sql-told').textContent())!,
    new RegExp(`^${rows} rows.*as of Tue 24 Nov 2026, 06:00 UTC`),
  )
  await page.getByRole('button', { name: 'Chart' }).click()
  await page.getByRole('img', { name: /Bars: incidents by crime_type/ }).waitFor()
  assert.equal(new URL(page.url()).searchParams.get('view'), 'chart')
  // A link shows the same to who opens it.
  const other = await open()
  await other.goto(page.url())
  await other.getByRole('img', { name: /Bars: incidents by crime_type/ }).waitFor()
  assert.equal(await textOf(other), TYPES)
  await other.goBack().catch(() => null)
  await page.context().close()
  await other.context().close()
}

async function mistakes({ open }: ServedPages): Promise<void> {
  const page = await open()
  await page.goto(addressOf('select crime_type,\n  incident\nfrom aggregates.by_type'))
  const jump = page.getByRole('button', { name: 'Line 2, column 3' })
  await jump.waitFor()
  assert.equal(await page.locator('.cm-mistake').textContent(), 'incident')
  await jump.click()
  await page.keyboard.press('Control+ArrowRight')
  await page.keyboard.insertText('s')
  assert.equal(await page.locator('.cm-mistake').count(), 0)
  await page.keyboard.press('Control+Enter')
  await page.getByRole('table', { name: /^Result:/ }).waitFor()
  for (const [sql, told] of [
    ["select * from read_text('/etc/passwd')", /is not run here: a query reads the tables of the lake and nothing else/],
    ['drop table raw.crimes', /DROP is not run here/],
    ["select '<img src=x onerror=alert(1)>' from nowhere", /nowhere/],
  ] as const) {
    await page.goto(addressOf(sql))
    await page.getByRole('alert').waitFor()
    assert.match((await page.getByRole('alert').textContent())!, told)
  }
  await page.goto(addressOf("select '<img src=x onerror=alert(1)>' as text, null as nothing"))
  await page.getByRole('cell', { name: '<img src=x onerror=alert(1)>' }).waitFor()
  assert.equal(await page.locator('main img').count(), 0)
  assert.equal(await page.getByRole('cell', { name: 'null' }).count(), 1)
  await page.context().close()
}

async function time({ open }: ServedPages): Promise<void> {
  const page = await open()
  await page.goto(addressOf('select count(*) as n from raw.crimes', `&asof=${BATCHES[0]}`))
  await page.getByRole('table', { name: /^Result:/ }).waitFor()
  assert.match((await page.locator('.sql-told').textContent())!, /as of Sun 22 Nov 2026, 06:00 UTC/)
  await page.getByRole('link', { name: 'Back to latest' }).click()
  await page.getByText('as of Tue 24 Nov 2026, 06:00 UTC').waitFor()
  await page.context().close()
}

async function cancel({ open }: ServedPages): Promise<void> {
  const page = await open()
  await page.goto(addressOf('select count(*) from range(100000000000)'))
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('The query was cancelled.').waitFor()
  await page.getByRole('button', { name: 'Run' }).waitFor()
  await page.context().close()
}

async function kept({ open, ask }: ServedPages): Promise<void> {
  const page = await open()
  await page.goto('/sql')
  await page.getByText('aggregates.by_type', { exact: true }).first().click()
  await write(page, '')
  await page.getByRole('button', { name: 'Insert crime_type' }).first().click()
  assert.equal(await textOf(page), 'crime_type')
  await write(page, 'select * from raw.cri')
  await page.locator('.cm-tooltip-autocomplete li').filter({ hasText: 'crimes' }).first().waitFor()
  await page.keyboard.press('Escape')
  await write(page, 'select 42 as answer')
  await page.getByRole('button', { name: 'Save as…' }).click()
  await page.getByLabel('Name').fill('The answer')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByLabel('Name').waitFor({ state: 'detached' })
  const { queries } = await ask<{ queries: { name: string; sql: string }[] }>('/saved-queries')
  assert.deepEqual(
    queries.map(({ name, sql }) => [name, sql]),
    [['The answer', 'select 42 as answer']],
  )
  await write(page, 'select 1')
  await page.getByRole('button', { name: 'Saved', exact: true }).click()
  await page.getByRole('button', { name: /^The answer/ }).click()
  await page.getByRole('cell', { name: '42' }).waitFor()
  await page.getByRole('button', { name: 'History' }).click()
  await page.getByRole('list', { name: 'What you have asked' }).getByText('select 42 as answer').waitFor()
  await page.context().close()
}

async function taken({ open, ask }: ServedPages): Promise<void> {
  const page = await open()
  await page.goto(addressOf(TYPES))
  await page.getByRole('button', { name: 'Export' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^CSV/ }).click()])
  assert.equal(download.suggestedFilename(), 'query-2026-11-24T060000Z.csv')
  assert.match(await readFile(await download.path(), 'utf8'), /^crime_type,incidents\r\nTHEFT,\d+\r\n/)
  await page.getByRole('button', { name: 'Cite', exact: true }).click()
  await page.getByText(/^Citation [0-9a-f]{16}$/).waitFor()
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText('The same result.').waitFor()
  assert.equal((await ask<{ total: number }>('/citations')).total, 1)
  await page.getByRole('button', { name: 'Cited' }).click()
  await page.getByRole('list', { name: 'Citations' }).getByRole('button').click()
  await page.getByText('You are looking at the past.').waitFor({ state: 'detached' })
  await page.getByRole('table', { name: /^Result:/ }).waitFor()
  assert.equal(new URL(page.url()).searchParams.get('asof'), BATCHES[2])
  await page.context().close()
}

/** Every state in both themes and two widths, for people to look at, and for axe. */
async function every({ open }: ServedPages): Promise<void> {
  const states: [string, string, string][] = [
    ['begin', '/sql', '.sql-begin'],
    ['table', addressOf(TYPES), '.sql-result'],
    ['chart', addressOf(TYPES, '&view=chart'), '.sql-chart'],
    ['mistake', addressOf('select nonsense\nfrom raw.crimes'), '.notice'],
  ]
  const page = await open()
  for (const [name, address, shown] of states) {
    await page.goto(address)
    await page.locator(shown).waitFor()
    await page.locator('.sql-insert').first().waitFor({ state: 'attached' })
    await lookAround(page, `sql-${name}`)
  }
  await page.context().close()
}
