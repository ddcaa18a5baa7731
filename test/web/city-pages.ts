import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { startServer } from '../../src/server/serve.ts'
import { type City, makeCity } from '../pipeline/city.ts'
import { bearerOf } from '../server/desk.ts'
import { openViewer, type Viewer } from '../services/browser.ts'

export interface CityPages extends Viewer {
  city: City
  url: string
}

/** The pages over a city that the test fills itself, looked at by somebody who may act. */
export async function showCity(t: TestContext): Promise<CityPages> {
  const city = await makeCity()
  t.after(() => city[Symbol.asyncDispose]())
  const services = { ...city.platform.serving(), bearerOf }
  const server = await startServer(services, { host: '127.0.0.1', port: 0, withPages: true, graceMs: 200 })
  t.after(() => server.close())
  const viewer = await openViewer(t, { url: server.url, token: 'good~api~pipeline.write' })
  return {
    ...viewer,
    city,
    url: server.url,
    async open(view) {
      const page = await viewer.open(view)
      await asOperator(page)
      return page
    },
  }
}

/** A token is nobody in particular, and pages show acts only to people who may do them. */
async function asOperator(page: Page): Promise<void> {
  const user = { email: 'olga@example.org', name: 'Olga', role: 'operator' }
  await page.route('**/api/v1/session', (route) => route.fulfill({ json: { user, first_user: false } }))
}
