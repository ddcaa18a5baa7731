import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { root } from '../tidy/source-file.ts'

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

export type Theme = 'light' | 'dark'

/** What every page is looked at in. */
export const VIEWS: readonly { theme: Theme; width: number; height: number }[] = [
  { theme: 'light', width: 1440, height: 900 },
  { theme: 'dark', width: 1440, height: 900 },
  { theme: 'light', width: 390, height: 844 },
  { theme: 'dark', width: 390, height: 844 },
]

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

/** A real browser, without a window, that shows one server's pages with a token. */
export async function openViewer(t: TestContext, { url, token }: { url: string; token?: string }): Promise<Viewer> {
  const executablePath = PLACES.find((place) => place !== undefined && existsSync(place))
  const browser: Browser = await chromium.launch({ ...(executablePath && { executablePath }), args: FLAGS })
  t.after(() => browser.close())
  const outside: string[] = []
  const complaints: string[] = []
  return {
    outside,
    complaints,
    async open({ theme = 'light', width = 1440, height = 900 } = {}) {
      const context: BrowserContext = await browser.newContext({
        baseURL: url,
        viewport: { width, height },
        colorScheme: theme,
        reducedMotion: 'reduce',
        acceptDownloads: true,
        ...(token !== undefined && { extraHTTPHeaders: { authorization: `Bearer ${token}` } }),
      })
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

/** A picture for people to look at, kept in test-artifacts/; by default of the whole page, not of what fits the window. */
export async function keepScreenshot(page: Page, name: string, { isWhole = true } = {}): Promise<void> {
  const folder = join(root, 'test-artifacts', 'pages')
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: isWhole })
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
/** Of two thousand hexagons that differ in place and number alone, one is enough to look at: all take ten times as long. */
const ALIKE = '[data-mark] ~ [data-mark], tbody tr:nth-child(n + 4)'
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What runs within the page: nothing outside of it can be referred to. */
const RUN_AXE = `(async () => {
  const away = [...document.querySelectorAll(${JSON.stringify(ALIKE)})].map((element) => [document.createComment(''), element])
  for (const [place, element] of away) element.replaceWith(place)
  try {
    const { violations } = await axe.run({ runOnly: { type: 'tag', values: ${JSON.stringify(RULES)} } })
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.slice(0, 3).map(({ html, failureSummary }) => id + ': ' + help + '\\n  ' + html.slice(0, 200) + '\\n  ' + failureSummary),
    )
  } finally {
    for (const [place, element] of away) place.replaceWith(element)
  }
})()`

/** What axe-core finds on a page, a line each; empty is good. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'))
  return await page.evaluate<string[]>(RUN_AXE)
}
