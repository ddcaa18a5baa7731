import { BlotterError } from '../../errors.ts'

export interface PageWish {
  pageToken?: string | undefined
  pageSize?: number | undefined
}

const PAGE = 1000

/** A page of names in the order of the alphabet; all of them for who does not ask for pages, as the protocol wants it. */
export function pageOf(
  names: readonly string[],
  { pageToken, pageSize }: PageWish,
): { names: string[]; next: string | null } {
  const sorted = names.toSorted()
  if (pageToken === undefined && pageSize === undefined) return { names: sorted, next: null }
  const after = pageToken === undefined || pageToken === '' ? undefined : readToken(pageToken)
  const rest = after === undefined ? sorted : sorted.filter((name) => name > after)
  const page = rest.slice(0, pageSize ?? PAGE)
  return { names: page, next: page.length < rest.length ? Buffer.from(`after ${page.at(-1)}`).toString('base64url') : null }
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString()
  if (text.startsWith('after ')) return text.slice('after '.length)
  throw new BlotterError('usage', 'The pageToken is none of this catalog.', { todo: 'Begin anew with an empty pageToken.' })
}
