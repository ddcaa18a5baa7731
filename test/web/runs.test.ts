import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browserMissing } from '../services/chromium.ts'
import { lookAround } from '../services/looks.ts'
import { theft } from '../server/served-city.ts'
import { showCity } from './city-pages.ts'

const skip = browserMissing() ?? false
const thefts = (n: number) => Array.from({ length: n }, (_, i) => ({ ...theft, id: i + 1 }))

test('runs are begun, watched, held, decided about and walked by arrows, without a complaint', { skip }, async (t) => {
  const { city, open, outside, complaints } = await showCity(t)
  await city.publish(thefts(40))
  const page = await open()
  await page.goto('/runs')
  await page.getByText('There has been no run yet.').waitFor()
  // The frame asks for a batch that is not there yet, which browsers complain of by themselves.
  complaints.length = 0

  await page.getByRole('button', { name: 'Run now' }).click()
  await page.getByRole('button', { name: /^Full/ }).click()
  // Events of the run bring its end; nothing is reloaded.
  await page.getByRole('heading', { name: /succeeded/ }).waitFor({ timeout: 20_000 })
  assert.match(page.url(), /\/runs\/\d{8}T\d{6}Z-/)
  await page.getByText('What it made').waitFor()

  await city.publish(thefts(20))
  await city.run()
  await page.goto('/runs')
  await page.getByText(/Held by the guard “vanished”/).waitFor()
  await lookAround(page, 'runs-held')

  const cells = page.getByRole('table', { name: 'State of each step in each run' }).getByRole('link')
  await cells.first().focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Log of check' }).waitFor()
  assert.equal(new URL(page.url()).searchParams.get('step'), 'check')
  await page.goBack()
  await page.getByRole('heading', { name: 'Log', exact: true }).waitFor()

  await page.getByRole('button', { name: 'Release' }).click()
  await page.getByRole('button', { name: 'Release it' }).click()
  await page.getByRole('heading', { name: /succeeded/ }).waitFor({ timeout: 20_000 })
  assert.equal((await city.platform.batches()).length, 2)
  assert.deepEqual([outside, complaints], [[], []])
})

test('what cannot be done is said where it was asked for', { skip }, async (t) => {
  const { city, open } = await showCity(t)
  await city.publish(thefts(40))
  await city.run()
  await city.publish(thefts(20))
  await city.run()
  const page = await open()
  await page.goto('/runs')
  await page.getByRole('button', { name: 'Terminate' }).click()
  await page.route('**/terminate', (route) =>
    route.fulfill({
      status: 409,
      contentType: 'application/problem+json',
      json: { status: 409, detail: 'It is over.', todo: 'Look again.' },
    }),
  )
  await page.getByRole('button', { name: 'Terminate it' }).click()
  await page.getByRole('alert').getByText('It is over.').waitFor()
})
