import { existsSync } from 'node:fs'
import { after, type TestContext } from 'node:test'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Theme } from './looks.ts'

/** Where a Chromium may be; Debian's package, Google's, and what the environment names. */
const PLACES = [
  process.env['BLOTTER_TEST_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-browser',
]
/** For what a page shows after a click; a machine that works on other things too has to come round to it. */
const PATIENCE_MS = 10_000
const FLAGS = ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update']

/** What a test of pages lacks to run at all, with the way to have it; undefined where nothing is missing. */
export function browserMissing(): string | undefined {
  const found = PLACES.some((place) => place !== undefined && existsSync(place))
  return found ? undefined : 'needs Chromium: `apt-get install chromium`, or BLOTTER_TEST_CHROMIUM'
}

export interface Viewer {
  /** A new window; requests that leave the origin are refused, and noted in `outside`. */
  open(view?: { theme?: Theme; width?: number; height?: number }): Promise<Page>
  /** Addresses outside of the origin that any page asked for. */
  outside: string[]
  /** What pages wrote to their console as errors, refusals by the policy among them. */
  complaints: string[]
}

/** A token opens the API and has no session, which pages ask for first; how people sign in is tested with the login. */
const SESSION = { user: { id: '1', email: 'ada@example.org', name: 'Ada', role: 'admin' }, first_user: false, csrf: 'none' }

let launched: Promise<Browser> | undefined

/** One for all tests of a process: it takes as long to begin as a page does. */
function browser(): Promise<Browser> {
  const executablePath = PLACES.find((place) => place !== undefined && existsSync(place))
  launched ??= chromium.launch({ ...(executablePath && { executablePath }), args: FLAGS })
  return launched
}

after(async () => (await launched)?.close())

/** A real browser, without a window, that shows one server's pages with a token. */
export async function openViewer(t: TestContext, { url, token }: { url: string; token?: string }): Promise<Viewer> {
  const contexts: BrowserContext[] = []
  t.after(() => Promise.all(contexts.map((context) => context.close())))
  const outside: string[] = []
  const complaints: string[] = []
  return {
    outside,
    complaints,
    async open({ theme = 'light', width = 1440, height = 900 } = {}) {
      const context = await (
        await browser()
      ).newContext({
        baseURL: url,
        viewport: { width, height },
        colorScheme: theme,
        reducedMotion: 'reduce',
        acceptDownloads: true,
        ...(token !== undefined && { extraHTTPHeaders: { authorization: `Bearer ${token}` } }),
      })
      contexts.push(context)
      await context.route(
        (asked) => asked.origin !== new URL(url).origin && asked.protocol !== 'blob:',
        (route) => (outside.push(route.request().url()), route.abort()),
      )
      if (token !== undefined) await context.route('**/api/v1/session', (route) => route.fulfill({ json: SESSION }))
      const page = await context.newPage()
      page.setDefaultTimeout(PATIENCE_MS)
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(String(error)))
      return page
    },
  }
}
