import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browserMissing } from '../services/chromium.ts'
import { lookAround } from '../services/looks.ts'
import { theft } from '../server/served-city.ts'
import { showCity } from './city-pages.ts'

const skip = browserMissing() ?? false
const CHOSEN = '/lineage?table=processed.crimes_without_arrest&column=processed.crimes_without_arrest.crime_type'

test('a column’s path lights up when it is pointed at, and stays in the address when it is chosen', { skip }, async (t) => {
  const { city, open, outside, complaints } = await showCity(t)
  await city.publish([theft])
  await city.run()
  const page = await open()
  await page.goto('/lineage')
  await page.getByRole('button', { name: /Unfold the 23 columns of raw\.crimes/ }).click()
  assert.equal(new URL(page.url()).searchParams.get('open'), 'raw.crimes')
  const column = page.getByRole('button', { name: /^primary_type/ })
  await column.hover()
  const lit = page.locator('.lineage-card[data-light="lit"] strong')
  await lit.filter({ hasText: 'by_type_month' }).waitFor()
  assert.ok((await lit.allTextContents()).includes('crimes_without_arrest'))
  assert.ok((await page.locator('.lineage-edge-lit').count()) >= 4)
  await page.mouse.move(5, 5)
  await page.locator('.lineage-edge-lit').first().waitFor({ state: 'detached' })

  await column.focus()
  await page.locator('.lineage-edge-lit').first().waitFor({ state: 'attached' })
  await page.keyboard.press('Enter')
  assert.equal(new URL(page.url()).searchParams.get('column'), 'raw.crimes.primary_type')
  await page.getByRole('button', { name: 'processed.crimes_without_arrest.crime_type' }).click()
  await page.getByText('COALESCE(t.crime_type, c.primary_type)').waitFor()
  await page.goBack()
  await page.getByRole('heading', { name: 'primary_type' }).waitFor()

  await page.goto(CHOSEN)
  await page.getByRole('heading', { name: 'crime_type' }).waitFor()
  await lookAround(page, 'lineage-column')
  assert.deepEqual([outside, complaints], [[], []])
})
