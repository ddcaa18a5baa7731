import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core'

/** Where a Chromium may be; Debian's package, Google's, and what the environment names. */
const PLACES = [
  process.env['BLOTTER_TEST_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-browser',
]
const FLAGS = ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update']

/** What a test of pages lacks to run at all, with the way to have it; undefined where nothing is missing. */
export function browserMissing(): string | undefined {
  const found = PLACES.some((place) => place !== undefined && existsSync(place))
  return found ? undefined : 'needs Chromium: `apt-get install chromium`, or BLOTTER_TEST_CHROMIUM'
}

/** A real browser, without a window. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((place) => place !== undefined && existsSync(place))
  return chromium.launch({ ...(executablePath && { executablePath }), args: FLAGS })
}

/** A token opens the API and has no session, which pages ask for first; how people sign in is tested with the login. */
const SESSION = { user: { id: '1', email: 'ada@example.org', name: 'Ada', role: 'admin' }, first_user: false, csrf: 'none' }

interface Visit extends BrowserContextOptions {
  url: string
  /** Without one, a stranger comes. */
  token: string | undefined
}

/** A browser's fresh memory in which a server's pages are open to who has the token. */
export async function visit(browser: Browser, { url, token, ...options }: Visit): Promise<BrowserContext> {
  const bearer = token !== undefined && { extraHTTPHeaders: { authorization: `Bearer ${token}` } }
  const context = await browser.newContext({ baseURL: url, ...bearer, ...options })
  if (token !== undefined) await context.route('**/api/v1/session', (route) => route.fulfill({ json: SESSION }))
  return context
}
