import { SOURCE, type MatchedColumn } from '../../lineage/land-lineage.ts'
import { sourceDataset } from '../../lineage/dataset-name.ts'
import type { InputFacts } from '../../lineage/run-facts.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import { isMysqlUrl } from '../../model/url-text.ts'
import { bindColumns } from '../../quality/columns.ts'
import type { FoundColumn } from '../../source/source.ts'
import type { ExtractOutput } from '../steps/extract.ts'

/** The source as its runs read it: its columns as found, and which declared column each of them serves. */
export interface SourceFacts {
  input: InputFacts
  matches: readonly MatchedColumn[]
  extra: readonly FoundColumn[]
  /** What it was asked, where it is asked in SQL. */
  sql?: { query: string; dialect: string }
}

/** `url` without a password; `extracted` is undefined for a run that did not get so far. */
export function sourceFacts(
  pipeline: Pipeline,
  given: { url: string; folder: string; mapping: Readonly<Record<string, string>> },
  extracted: ExtractOutput | undefined,
): SourceFacts {
  const { type, version, ...dataset } = sourceDataset(given.url, { table: pipeline.source.table, folder: given.folder })
  const found = extracted?.found ?? []
  const matching = bindColumns(pipeline.source, found, given.mapping)
  const sql = isMysqlUrl(given.url) && extracted ? asked(pipeline, dataset.name, extracted, matching.columns) : undefined
  return {
    input: {
      dataset,
      table: SOURCE,
      of: 'source',
      type,
      ...(version === undefined ? {} : { version }),
      columns: found.map(({ name, declared }) => ({ name, type: declared })),
      ...(extracted ? { read: { rows: extracted.rows } } : {}),
    },
    matches: matching.columns,
    extra: matching.extra,
    ...(sql === undefined ? {} : { sql }),
  }
}

/** The questions in their sense: an incremental batch compares keys and stamps first and asks for what differs. */
function asked(pipeline: Pipeline, table: string, extracted: ExtractOutput, matches: readonly MatchedColumn[]) {
  const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``
  const from = table.split('.').map(quoted).join('.')
  const served = (name: string): string => quoted(matches.find(({ column }) => column.name === name)?.found?.name ?? name)
  const [key, cursor] = [served(pipeline.source.key), served(pipeline.source.cursor)]
  const all = `SELECT ${(extracted.found ?? []).map(({ name }) => quoted(name)).join(', ')} FROM ${from}`
  const differing = `${all} WHERE ${key} IN (/* keys that are new or whose stamp differs */) ORDER BY ${key}`
  const sweep = `SELECT ${key}, ${cursor} FROM ${from} ORDER BY ${key}`
  const query = extracted.mode === 'incremental' ? `${sweep};\n${differing}` : `${all} ORDER BY ${key}`
  return { query, dialect: 'mysql' }
}
