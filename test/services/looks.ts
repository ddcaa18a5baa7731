import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { root } from '../tidy/source-file.ts'

export type Theme = 'light' | 'dark'

/** What every page is looked at in: both themes, on a desk and on a phone. */
const LOOKS: readonly { theme: Theme; width: number; height: number }[] = [
  { theme: 'light', width: 1440, height: 900 },
  { theme: 'dark', width: 1440, height: 900 },
  { theme: 'dark', width: 390, height: 844 },
  { theme: 'light', width: 390, height: 844 },
]
const LOOKS_AT_WIDTH = 40
/** In which nothing may have to be scrolled sideways either: a desk's window at 400 % (WCAG 1.4.10), a tablet, a
 * small desk, a wide screen. */
const OTHER_WIDTHS = [320, 768, 1100, 1920]

/** Looks at a page in both themes and widths: keeps pictures, and fails on what is not for everybody or sticks out. */
export async function lookAround(page: Page, name: string): Promise<void> {
  for (const { theme, width, height } of LOOKS) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height })
    await keepScreenshot(page, `${name}-${theme}-${width}`)
    // A theme changes colours alone, so that the other rules find in one what they find in both.
    const faults = await accessibilityFaults(page, theme === 'light' ? undefined : OF_COLOURS)
    assert.deepEqual(faults, [], `${name}, ${theme}, ${width}`)
    await assertFits(page, `${name} in a window of ${width}`)
  }
  for (const width of OTHER_WIDTHS) {
    await page.setViewportSize({ width, height: 900 })
    await assertFits(page, `${name} in a window of ${width}`)
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  assert.equal(await page.evaluate(RUN_MOVING), 0, `${name} moves, and was asked not to`)
}

async function assertFits(page: Page, what: string): Promise<void> {
  let excess = 0
  // Charts learn of a new width a moment after it is there.
  for (let look = 0; look < LOOKS_AT_WIDTH; look++) {
    excess = Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'))
    if (excess <= 0) return
    await setTimeout(50)
  }
  assert.fail(`${what} is ${excess} pixels too wide`)
}

/** How many elements would move although motion is not wanted. */
const RUN_MOVING = `[...document.querySelectorAll('body *')].filter((element) => {
  const { transitionDuration, animationName, animationDuration } = getComputedStyle(element)
  const lasts = (durations) => durations.split(', ').some((one) => parseFloat(one) > 0)
  return lasts(transitionDuration) || (animationName !== 'none' && lasts(animationDuration))
}).length`

/** A picture for people to look at, kept in test-artifacts/; by default of the whole page, not of what fits the window. */
export async function keepScreenshot(page: Page, name: string, { isWhole = true } = {}): Promise<void> {
  const folder = join(root, 'test-artifacts', 'pages')
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: isWhole })
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
/** Of two thousand hexagons that differ in place and number alone, one is enough to look at: all take ten times as long. */
const ALIKE = '[data-mark] ~ [data-mark], tbody tr:nth-child(n + 4)'
const ALL = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }
const OF_COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }

/** What runs within the page: nothing outside of it can be referred to. */
const runAxe = (rules: object): string => `(async () => {
  const away = [...document.querySelectorAll(${JSON.stringify(ALIKE)})].map((element) => [document.createComment(''), element])
  for (const [place, element] of away) element.replaceWith(place)
  try {
    const { violations } = await axe.run({ runOnly: ${JSON.stringify(rules)}, resultTypes: ['violations'] })
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.slice(0, 3).map(({ html, failureSummary }) => id + ': ' + help + '\\n  ' + html.slice(0, 200) + '\\n  ' + failureSummary),
    )
  } finally {
    for (const [place, element] of away) place.replaceWith(element)
  }
})()`

/** What axe-core finds on a page, a line each; empty is good. Default: by every rule of WCAG 2.2 AA, and good practice. */
export async function accessibilityFaults(page: Page, rules: object = ALL): Promise<string[]> {
  if (!(await page.evaluate<boolean>('"axe" in globalThis'))) await page.evaluate(await readFile(AXE, 'utf8'))
  return await page.evaluate<string[]>(runAxe(rules))
}
