import { BlotterError } from '../../errors.ts'

/** What `demo://NAME?rows=300000&seed=1&day=0` asks for. */
export interface DemoOptions {
  rows: number
  seed: number
  day: number
}

/** Default and greatest value of each parameter; the least is 0. */
const PARAMETERS: Readonly<Record<keyof DemoOptions, { usual: number; most: number }>> = {
  rows: { usual: 300_000, most: 100_000_000 },
  seed: { usual: 1, most: 4_294_967_295 },
  day: { usual: 0, most: 366 },
}

/** Reads a `demo:` URL. Throws `source_url_invalid` for an unknown, repeated or unreadable parameter. */
export function parseDemoUrl(text: string): { name: string; options: DemoOptions } {
  const url = URL.parse(text)
  const plain = url !== null && !url.username && !url.password && !url.hash && ['', '/'].includes(url.pathname)
  if (!plain || url.protocol !== 'demo:' || url.host === '') {
    throw invalid(text, 'it is not of the form demo://NAME?rows=N&seed=N&day=N')
  }
  const options: DemoOptions = { rows: PARAMETERS.rows.usual, seed: PARAMETERS.seed.usual, day: PARAMETERS.day.usual }
  for (const name of new Set(url.searchParams.keys())) {
    if (!isParameter(name)) throw invalid(text, `"${name}" is none of ${Object.keys(PARAMETERS).join(', ')}`)
    const values = url.searchParams.getAll(name)
    const { most } = PARAMETERS[name]
    if (values.length > 1 || !/^\d{1,10}$/.test(values[0]!) || Number(values[0]) > most) {
      const got = values.join(' and ') || 'nothing'
      throw invalid(text, `expected one whole number from 0 to ${most} for "${name}", got ${got}`)
    }
    options[name] = Number(values[0])
  }
  return { name: url.hostname, options }
}

function isParameter(name: string): name is keyof DemoOptions {
  return Object.hasOwn(PARAMETERS, name)
}

function invalid(given: string, why: string): BlotterError {
  // Nobody needs a password here, but somebody may have given one.
  const url = given.replace(/\/\/.*@/, '//')
  return new BlotterError('source_url_invalid', `The source ${url} cannot be used: ${why}.`, {
    todo: 'Give a URL like `demo://chicago?rows=300000&seed=1&day=0`. Nothing was read.',
    context: { url },
  })
}
