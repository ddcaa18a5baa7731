import { BlotterError } from '../../errors.ts'

/**
 * How a connection is protected. `auto`: encrypted where the server offers it; `require`: encrypted, or no connection;
 * `verify`: encrypted, with a certificate of the right name from a known authority; `off`: in the clear.
 */
export type TlsMode = 'auto' | 'require' | 'verify' | 'off'

const TLS_MODES: readonly string[] = ['auto', 'require', 'verify', 'off'] satisfies TlsMode[]

/** Where a MySQL table is and how to get there; no password is part of it. */
export interface MysqlAddress {
  /** As it was given. */
  url: string
  host: string
  port: number
  user: string
  database: string
  table: string
  tls: TlsMode
  /** File of the certificate authorities to trust (PEM) in place of the system's. */
  caFile?: string
}

const EXPECTED = 'mysql://USER@HOST:PORT/DATABASE?table=TABLE'

/**
 * Reads `mysql://USER@HOST:PORT/DATABASE?table=…&tls=auto|require|verify|off&ca=FILE`. Defaults: port 3306, the table that
 * the pipeline names, `tls=auto`, or `verify` where `ca` is given. Throws `source_url_invalid`, also for a password in it.
 */
export function parseMysqlUrl(text: string, defaults: { table: string }): MysqlAddress {
  const url = URL.parse(text)
  if (!url || !/^(mysql|mariadb):$/.test(url.protocol)) throw invalid('it is no such URL', shown(text))
  if (url.password !== '') {
    const message = 'A password must not be part of a source’s URL: others could read it there.'
    throw new BlotterError('source_url_invalid', message, {
      todo:
        'Leave the password out and give it as BLOTTER_SOURCE_PASSWORD or BLOTTER_SOURCE_PASSWORD_FILE, or store it with ' +
        '`blotter secret set NAME` and name it in the configuration: `source: { password: secret://NAME }`.',
      context: { url: shown(text) },
    })
  }
  const unknown = [...url.searchParams.keys()].find((name) => !['table', 'tls', 'ca'].includes(name))
  if (unknown !== undefined) throw invalid(`"${unknown}" is none of its options (table, tls, ca)`, text)
  const caFile = url.searchParams.get('ca') || undefined
  const tls = url.searchParams.get('tls') ?? (caFile ? 'verify' : 'auto')
  if (!TLS_MODES.includes(tls)) throw invalid(`tls is "${tls}" instead of one of ${TLS_MODES.join(', ')}`, text)
  if (caFile && tls !== 'verify') throw invalid(`ca is only looked at with tls=verify, but tls is "${tls}"`, text)
  const database = decoded(url.pathname.slice(1), text)
  if (database === '' || database.includes('/')) throw invalid('it names no database', text)
  if (url.username === '') throw invalid('it names no user', text)
  if (url.hostname === '') throw invalid('it names no host', text)
  return {
    url: text,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 3306 : Number(url.port),
    user: decoded(url.username, text),
    database,
    table: url.searchParams.get('table') || defaults.table,
    tls: tls as TlsMode,
    caFile,
  }
}

function decoded(part: string, url: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw invalid(`"${part}" is not well percent-encoded`, url)
  }
}

/** The text without what may be a password, so that it can be printed. */
function shown(text: string): string {
  return text.replace(/^([a-z]+:\/\/[^:@/]*):.*@/i, '$1:…@')
}

function invalid(why: string, url: string): BlotterError {
  const message = `The URL of a MySQL table cannot be used: ${why}. Expected ${EXPECTED}, got ${url}.`
  return new BlotterError('source_url_invalid', message, {
    todo: `Write it as ${EXPECTED}; special characters of a name are percent-encoded.`,
    context: { url },
  })
}
