import { launchBrowser, visit } from '../test/services/chromium.ts'
import type { ServedLake } from './served-lake.ts'

/** How long the dashboard takes until it shows data, in ms from the begin of its navigation, each time to a browser that knows nothing of it. */
export async function firstPaints({ url, token }: ServedLake, attempts: number): Promise<number[]> {
  const browser = await launchBrowser()
  const times: number[] = []
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const context = await visit(browser, { url, token, viewport: { width: 1440, height: 900 } })
      const page = await context.newPage()
      await page.goto('/', { waitUntil: 'commit' })
      await page.locator('[data-mark]').first().waitFor()
      times.push(Number(await page.evaluate('performance.now()')))
      await context.close()
    }
  } finally {
    await browser.close()
  }
  return times
}
