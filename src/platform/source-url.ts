import { BlotterError } from '../errors.ts'
import type { Config } from '../model/configuration.ts'

/** The source of the configuration. Throws `usage` where none is named. */
export function sourceUrl(config: Config): string {
  if (config.source.url !== undefined) return config.source.url
  throw new BlotterError('usage', 'No source is named.', {
    todo:
      'Give `--source URL`, set BLOTTER_SOURCE_URL, or write `source: { url: … }` into blotter.yaml. ' +
      'A start without a database: --source demo://chicago.',
  })
}

export function badSource(url: string, why: string): BlotterError {
  return new BlotterError('source_url_invalid', `The source ${url} cannot be opened: ${why}. Nothing was changed.`, {
    todo: 'Give mysql://USER@HOST:PORT/DB?table=crimes, file:GLOB, socrata://HOST/DATASET or demo://chicago?rows=300000.',
    context: { source: url },
  })
}
