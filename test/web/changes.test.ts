import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browserMissing } from '../services/chromium.ts'
import { BATCHES, servePages } from './served-pages.ts'

interface Changes {
  incidents: number
  counts: Record<string, number>
  by_type: { type: string; counts: Record<string, number> }[]
  reclassified: { from: string; to: string; n: number }[]
  total: number
  rows: { id: number; before: { case_number: string } | null }[]
}

test('What changed', { skip: browserMissing() ?? false, timeout: 600_000 }, async (t) => {
  const served = await servePages(t)
  const page = await served.open()
  const changes = (query = ''): Promise<Changes> => served.ask(`/changes?from=${BATCHES[0]}&to=${BATCHES[2]}${query}`)
  const all = await changes()
  const placesOf = async () => {
    const query = `from=${BATCHES[0]}&to=${BATCHES[2]}&dashboard=crimes-without-arrest`
    return (await served.ask<{ places: { key: string; incidents: number }[] }>(`/changes/places?${query}`)).places
  }
  const address = `/changes?compare=${BATCHES[0]}`

  await t.test('between two batches is told as the API tells it', async () => {
    await page.goto(address)
    await page.getByRole('heading', { level: 1, name: `${all.incidents} incidents changed` }).waitFor()
    const bars = page.locator('figure[aria-labelledby="kinds-title"] [data-mark]')
    const told = await bars.evaluateAll((marks) =>
      marks.map((mark) => [mark.getAttribute('data-mark'), mark.querySelector('.strong')?.textContent]),
    )
    for (const [kind, count] of told) assert.equal(Number(count), all.counts[kind ?? ''] ?? 0, String(kind))
    await page.locator(`[aria-label="Changed incidents"][aria-rowcount="${all.incidents + 1}"]`).waitFor()
    const places = await placesOf()
    assert.equal(
      places.reduce((sum, { incidents }) => sum + incidents, 0),
      all.incidents,
    )
    const onMap = page.locator('figure[aria-labelledby="changes-map-title"] tbody tr')
    await onMap.nth(places.length - 1).waitFor({ state: 'attached' })
    const shown = await onMap.locator('td:nth-child(2)').allTextContents()
    assert.deepEqual(
      shown.map((text) => Number(text)),
      places.map(({ incidents }) => incidents),
    )
  })

  await t.test('is listed by kind, and by what was reclassified into what', async () => {
    await page.locator('[data-mark="arrested"]').click()
    await page.locator('.chip', { hasText: 'arrested' }).waitFor()
    const table = page.getByRole('table', { name: 'Changed incidents' })
    await page.locator(`[aria-rowcount="${all.counts['arrested']! + 1}"]`).waitFor()
    await table.getByText('arrest: no → yes').first().waitFor()
    await page.getByRole('button', { name: 'Remove arrested' }).click()
    const move = all.reclassified[0]!
    await page.locator('.matrix-upright button').first().click()
    const { searchParams } = new URL(page.url())
    assert.equal(searchParams.get('kind'), 'reclassified')
    assert.ok(searchParams.get('was') && searchParams.get('is') && move.n > 0)
  })

  await t.test('is listed by a place on the map', async () => {
    await page.goto(address)
    const hexagon = page.locator('figure[aria-labelledby="changes-map-title"] [data-mark]').first()
    const key = await hexagon.getAttribute('data-mark')
    await hexagon.focus()
    await page.keyboard.press('Enter')
    assert.equal(new URL(page.url()).searchParams.get('place'), key)
    const { incidents } = (await placesOf()).find((place) => place.key === key)!
    await page.getByText(`${incidents} incidents, by id`).waitFor()
    await page.getByRole('button', { name: 'Remove one place on the map' }).click()
  })

  await t.test('to one incident is its life, found by its case number', async () => {
    const { rows } = await changes('&kind=reclassified&limit=1')
    const { id, before } = rows[0]!
    await page.goto(address)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type(before?.case_number ?? '')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: String(id) }).waitFor()
    assert.equal(new URL(page.url()).pathname, `/incidents/${id}`)
    assert.equal(new URL(page.url()).searchParams.get('compare'), BATCHES[0])
    await page.getByRole('heading', { name: 'reclassified' }).waitFor()
    assert.ok((await page.locator('.life-values div').count()) > 10)
  })

  await t.test('since the first batch is nothing, and the page says why', async () => {
    await page.goto(`/changes?asof=${BATCHES[0]}`)
    await page.getByRole('heading', { name: 'This is the first batch.' }).waitFor()
    await page.goto('/incidents/999999999')
    await page.getByRole('heading', { name: 'There is no incident 999999999.' }).waitFor()
    await page.goto('/incidents?q=%3Cb%3Enobody')
    await page.getByRole('heading', { name: 'There is no incident <b>nobody.' }).waitFor()
  })

  await t.test('asked nobody but its own server, and broke no policy', () => {
    assert.deepEqual(served.outside, [])
    assert.deepEqual(
      served.complaints.filter((text) => !/status of 404/.test(text)),
      [],
    )
  })
})
