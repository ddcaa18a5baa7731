import { BlotterError } from '../../errors.ts'

export const FORMATS = ['json', 'csv'] as const
export type PageFormat = (typeof FORMATS)[number]

/** What `since=` says: so many days ago, or a day. */
export type Since = { days: number } | { day: string }

/** Which rows of which dataset on which portal; no app token is part of it. */
export interface SocrataAddress {
  /** As it was given. */
  url: string
  /** `https://data.example.org`, without a slash at its end. */
  origin: string
  host: string
  /** `ijzp-q8t2`. */
  dataset: string
  format: PageFormat
  /** Rows asked for at a time. */
  pageRows: number
  since?: Since
  /** SoQL condition, as it was given. */
  where?: string
  limit?: number
}

export const EXPECTED = 'socrata://HOST/DATASET?since=30d'
const OPTIONS = ['since', 'where', 'limit', 'format', 'page', 'http']
const PAGE_ROWS = { usual: 50_000, most: 100_000 }
const TOKENS = ['token', 'app_token', '$$app_token', 'password']

/**
 * Reads `socrata://HOST/DATASET?since=30d|2026-01-01&where=SOQL&limit=N&format=json|csv&page=50000&http=1`. DATASET is a
 * four-by-four identifier; `page` are rows asked for at a time, up to 100,000; `http=1` is for a server on this machine.
 * Throws `source_url_invalid`, also for an app token in it.
 */
export function parseSocrataUrl(text: string): SocrataAddress {
  const url = URL.parse(text)
  if (url?.protocol !== 'socrata:' || url.host === '') throw invalid('it is no such URL', shown(text))
  const named = [...url.searchParams.keys()]
  if (url.username !== '' || url.password !== '' || named.some((name) => TOKENS.includes(name.toLowerCase()))) {
    throw new BlotterError('source_url_invalid', 'A token must not be part of a source’s URL: others could read it there.', {
      todo:
        'Leave it out and give it as BLOTTER_SOURCE_PASSWORD or BLOTTER_SOURCE_PASSWORD_FILE, or name it in the ' +
        'configuration: `source: { password: secret://socrata }`.',
      context: { url: shown(text) },
    })
  }
  const unknown = named.find((name) => !OPTIONS.includes(name))
  if (unknown !== undefined) throw invalid(`"${unknown}" is none of its options (${OPTIONS.join(', ')})`, text)
  const dataset = url.pathname.slice(1).toLowerCase()
  if (!/^[a-z0-9]{4}-[a-z0-9]{4}$/.test(dataset)) {
    throw invalid(`"${url.pathname.slice(1)}" is no dataset: it is four letters or digits twice (ijzp-q8t2)`, text)
  }
  const option = (name: string): string | undefined => url.searchParams.get(name) || undefined
  const since = option('since')
  const where = option('where')
  const limit = wholeNumber('limit', option('limit'), Number.MAX_SAFE_INTEGER, text)
  const format = FORMATS.find((one) => one === (option('format') ?? 'json'))
  if (format === undefined) throw invalid(`format is "${option('format')}" instead of one of ${FORMATS.join(', ')}`, text)
  return {
    url: text,
    origin: `${protocolOf(url, option('http'), text)}//${url.host}`,
    host: url.host,
    dataset,
    format,
    pageRows: wholeNumber('page', option('page'), PAGE_ROWS.most, text) ?? PAGE_ROWS.usual,
    ...(since === undefined ? {} : { since: sinceOf(since, text) }),
    ...(where === undefined ? {} : { where }),
    ...(limit === undefined ? {} : { limit }),
  }
}

/** Without encryption only where nobody can listen: what the portal says would be believed. */
function protocolOf(url: URL, http: string | undefined, text: string): 'https:' | 'http:' {
  if (http === undefined) return 'https:'
  if (http !== '1') throw invalid(`http is "${http}" instead of 1`, text)
  if (!/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(url.hostname)) {
    throw invalid(`http=1 is for this machine alone, and ${url.hostname} is another one`, text)
  }
  return 'http:'
}

function sinceOf(since: string, text: string): Since {
  const days = /^(\d{1,5})d$/.exec(since)?.[1]
  if (days !== undefined && Number(days) > 0) return { days: Number(days) }
  const date = new Date(`${since}T00:00:00Z`)
  const isDay = /^\d{4}-\d\d-\d\d$/.test(since) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(since)
  if (!isDay) throw invalid(`since is "${since}" instead of days (30d) or a day (2026-01-01)`, text)
  return { day: since }
}

function wholeNumber(name: string, given: string | undefined, most: number, text: string): number | undefined {
  if (given === undefined) return undefined
  const number = /^\d+$/.test(given) ? Number(given) : 0
  if (number < 1 || number > most) throw invalid(`${name} is "${given}" instead of a whole number from 1 to ${most}`, text)
  return number
}

/** The text without what may be a token, so that it can be printed. */
function shown(text: string): string {
  return text.replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1…@').replace(/([?&][^=&]*(?:token|password)[^=&]*=)[^&]*/gi, '$1…')
}

function invalid(why: string, url: string): BlotterError {
  return new BlotterError('source_url_invalid', `The source’s URL is no good: ${why}. Expected ${EXPECTED}, got ${url}.`, {
    todo: `Give --source "${EXPECTED}"; the identifier is the end of the dataset’s address on the portal.`,
    context: { url },
  })
}
