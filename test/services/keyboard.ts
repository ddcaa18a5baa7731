import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'

/** What can be used on a page, which the tabulator has to reach; what roves within a chart or a grid is walked by arrows. */
const USABLE = 'a[href], button:not(:disabled), input:not(:disabled), select, textarea, summary, [tabindex]'

/** Notes, within the page, what gets the focus, and whether a person would see that it has. */
const BEGIN = `(() => {
  const seen = new Set()
  const faults = []
  const nameOf = (element) => element.outerHTML.slice(0, 140)
  document.addEventListener('focusin', ({ target }) => {
    if (seen.has(target)) return
    seen.add(target)
    // An editor within a shadow tree, and marks of a chart, show it by a frame of their own.
    if (target.shadowRoot || target instanceof SVGElement) return
    const { outlineStyle, outlineWidth } = getComputedStyle(target)
    if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2) faults.push('shows no focus: ' + nameOf(target))
    requestAnimationFrame(() => {
      if (document.activeElement !== target) return
      const { left, top, width, height } = target.getBoundingClientRect()
      if (top + height <= 0 || top >= innerHeight) faults.push('is focused out of sight: ' + nameOf(target))
      if (height > innerHeight / 3) return
      const above = document.elementFromPoint(left + width / 2, top + height / 2)
      const isCovered = above && above !== target && !target.contains(above) && above.closest('.rail, .top-bar')
      if (isCovered && !above.closest('.rail, .top-bar').contains(target)) faults.push('is focused below a bar: ' + nameOf(target))
    })
  })
  const isThere = (element) =>
    element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0
  const usable = () => [...document.querySelectorAll(${JSON.stringify(USABLE)})].filter(isThere)
  globalThis.walk = {
    faults,
    count: () => usable().length,
    missed: () => usable().filter((element) => !seen.has(element)).map((element) => 'is never reached: ' + nameOf(element)),
  }
})()`

/** Walks a page by the tabulator alone: everything is reached, in sight, and says that it has the focus. */
export async function assertWalkable(page: Page, name: string): Promise<void> {
  await page.evaluate(BEGIN)
  const steps = Number(await page.evaluate('walk.count()')) + 3
  for (let step = 0; step < steps; step++) await page.keyboard.press('Tab')
  const faults = await page.evaluate<string[]>('[...walk.faults, ...walk.missed()]')
  assert.deepEqual(faults, [], `${name}, by ${steps} steps of the tabulator`)
}
