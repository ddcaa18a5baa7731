import { readFile } from 'node:fs/promises'

/** In the order in which later rules go before earlier ones. */
const PARTS = ['tokens', 'page', 'navigation', 'table', 'bars', 'months', 'hours', 'amounts', 'maps']

/** The style of all pages of a bundle, as one sheet. */
export async function styleSheet(): Promise<string> {
  const texts = PARTS.map((part) => readFile(new URL(`style/${part}.css`, import.meta.url), 'utf8'))
  return (await Promise.all(texts)).join('')
}
