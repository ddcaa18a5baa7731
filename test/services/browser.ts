import { after, type TestContext } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launchBrowser, visit } from './chromium.ts'
import type { Theme } from './looks.ts'

/** For what a page shows after a click; a machine that works on other things too has to come round to it. */
const PATIENCE_MS = 20_000

export interface Viewer {
  /** A new window; requests that leave the origin are refused, and noted in `outside`. */
  open(view?: { theme?: Theme; width?: number; height?: number }): Promise<Page>
  /** Addresses outside of the origin that any page asked for. */
  outside: string[]
  /** What pages wrote to their console as errors, refusals by the policy among them, and what the server failed at. */
  complaints: string[]
}

let launched: Promise<Browser> | undefined

after(async () => (await launched)?.close())

/** The pages of one server in a browser that all tests of a process share: it takes as long to begin as many a test does. */
export async function openViewer(t: TestContext, { url, token }: { url: string; token?: string }): Promise<Viewer> {
  const contexts: BrowserContext[] = []
  t.after(() => Promise.all(contexts.map((context) => context.close())))
  const outside: string[] = []
  const complaints: string[] = []
  return {
    outside,
    complaints,
    async open({ theme = 'light', width = 1440, height = 900 } = {}) {
      launched ??= launchBrowser()
      const context = await visit(await launched, {
        url,
        token,
        viewport: { width, height },
        colorScheme: theme,
        reducedMotion: 'reduce',
        acceptDownloads: true,
      })
      contexts.push(context)
      await context.route(
        (asked) => asked.origin !== new URL(url).origin && asked.protocol !== 'blob:',
        (route) => (outside.push(route.request().url()), route.abort()),
      )
      const page = await context.newPage()
      page.setDefaultTimeout(PATIENCE_MS)
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('response', async (answer) => {
        if (answer.status() >= 500) complaints.push(`${answer.url()}: ${await answer.text().catch(String)}`)
      })
      return page
    },
  }
}
