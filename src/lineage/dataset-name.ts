import { resolve } from 'node:path'
import { decoded } from '../model/url-text.ts'

/** A dataset as OpenLineage names it (its specification, Naming): where it is, and how it is called there. */
export interface Dataset {
  namespace: string
  name: string
}

/** A source as a dataset; `version` is what tells two readings of one name apart, where its URL says so. */
export interface SourceDataset extends Dataset {
  type: 'TABLE' | 'FILE'
  version?: string
}

const DEFAULT_PORT: Readonly<Record<string, string>> = { mysql: '3306' }

/**
 * Names a source by its URL, which holds no password: `mysql://host:3306` + `db.table`, `file` + the absolute path or
 * pattern, `demo://chicago` + the table, any other scheme's authority + path. `table` is the name where the URL has none;
 * relative paths start at `folder`.
 */
export function sourceDataset(url: string, defaults: { table: string; folder: string }): SourceDataset {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? ''
  if (scheme === 'file') return { ...fileDataset(filePath(url), defaults.folder), type: 'FILE' }
  const parsed = URL.parse(url)
  if (!parsed) return { namespace: scheme === '' ? 'unknown' : scheme, name: defaults.table, type: 'TABLE' }
  const kind = scheme === 'mariadb' ? 'mysql' : scheme
  const port = parsed.port || DEFAULT_PORT[kind]
  const namespace = `${kind}://${parsed.hostname}${port ? `:${port}` : ''}`
  const path = decoded(parsed.pathname.replace(/^\/+/, ''))
  if (kind === 'mysql') {
    return { namespace, name: `${path}.${parsed.searchParams.get('table') || defaults.table}`, type: 'TABLE' }
  }
  const version = kind === 'demo' ? { version: parsed.search.slice(1) || 'default' } : {}
  return { namespace, name: path || defaults.table, type: 'TABLE', ...version }
}

/** A file as a dataset: namespace `file`, and its absolute path. */
export function fileDataset(path: string, folder = '/'): Dataset {
  return { namespace: 'file', name: resolve(folder, path) }
}

/** A table by its location: `file` + path for a folder, `s3://bucket` + key for a bucket. */
export function locationDataset(location: string): Dataset {
  if (location.startsWith('file:')) return { namespace: 'file', name: location.replace(/^file:(?:\/\/)?/, '') }
  const [, bucket = location, key = ''] = /^([a-z0-9+.-]+:\/\/[^/]+)\/?(.*)$/i.exec(location) ?? []
  return { namespace: bucket, name: key }
}

function filePath(url: string): string {
  const path = url.slice('file:'.length).replace(/\?[a-z_]+=[^?]*$/i, '')
  return path.startsWith('//') ? decoded(path.replace(/^\/\/[^/]*/, '')) : path
}
