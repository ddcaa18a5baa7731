import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browserMissing } from '../services/chromium.ts'
import { lookAround } from '../services/looks.ts'
import { theft } from '../server/served-city.ts'
import { showCity } from './city-pages.ts'

const skip = browserMissing() ?? false
const [FIRST, SECOND] = ['2026-02-01T06:00:00Z', '2026-02-02T06:00:00Z']
const others = Array.from({ length: 30 }, (_, n) => ({ ...theft, id: 100 + n }))
const PAGES = {
  catalog: '/catalog',
  table: '/catalog/raw.crimes',
  quality: '/catalog/quality',
  quarantine: '/catalog/quarantine',
}

test('tables, their snapshots, quality and quarantine are shown in every view without a fault', { skip }, async (t) => {
  const { city, open, outside, complaints } = await showCity(t)
  await city.publish([theft, ...others])
  await city.run({ at: FIRST })
  const bad = { ...theft, id: 77, date: '0000-00-00 00:00:00' }
  await city.publish([{ ...theft, arrest: 'true', updated_on: '2026-02-01 15:40:00' }, ...others, bad])
  await city.run({ at: SECOND })

  const page = await open()
  await page.goto('/catalog')
  await page.getByRole('link', { name: /^crimes Crimes in Chicago/ }).click()
  await page.getByRole('heading', { name: 'crimes', level: 1 }).waitFor()
  await page.getByRole('link', { name: /^Partitions/ }).click()
  const partitions = page.getByRole('table', { name: 'Partitions' })
  assert.equal(await partitions.getByRole('row').count(), 3)
  // A snapshot opens what the table was then, and back leads to now.
  await page.getByRole('link', { name: /1 Feb 2026/ }).click()
  await partitions.getByRole('row').nth(2).waitFor({ state: 'detached' })
  await page.goBack()
  await partitions.getByRole('row').nth(2).waitFor()
  await page.getByRole('link', { name: 'Sample rows' }).click()
  await page.getByRole('cell', { name: '0XX W ADAMS ST' }).first().waitFor()
  await page.getByRole('link', { name: /^Files/ }).click()
  await page
    .getByText(/\.parquet$/)
    .first()
    .waitFor()

  await page.goto('/catalog/quality')
  await page.getByRole('link', { name: 'bad date' }).click()
  await page.getByText('key 77').click()
  await page.getByText('0000-00-00 00:00:00', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Release …' }).click()
  await page.getByRole('button', { name: 'Release them' }).click()
  await page.getByRole('heading', { name: /succeeded/ }).waitFor({ timeout: 20_000 })
  assert.match(page.url(), /\/runs\//)

  for (const [name, path] of Object.entries(PAGES)) {
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await lookAround(page, name)
  }
  assert.deepEqual([outside, complaints], [[], []])
})
