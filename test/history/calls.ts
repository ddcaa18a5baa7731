import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { RawDefinition, SourceDefinition } from '../../src/model/pipeline.ts'

/** A small town's table: nothing here knows the city's columns. */
export const definition: SourceDefinition = {
  table: 'calls',
  key: 'id',
  cursor: 'stamp',
  occurred: 'stamp',
  required: ['id'],
  timezone: 'UTC',
  columns: [
    { name: 'id', type: 'long', doc: '' },
    { name: 'solved', type: 'boolean', doc: '' },
    { name: 'kind', type: 'string', doc: '' },
    { name: 'place', type: 'string', doc: '' },
    { name: 'note', type: 'string', doc: '' },
    { name: 'stamp', type: 'timestamp', doc: '' },
  ],
}
/** Its kinds of change. */
export const raw: RawDefinition = {
  warnings: {},
  kinds: {
    solved: { column: 'solved', becomes: true },
    reopened: { column: 'solved', leaves: true },
    renamed: { columns: ['kind'] },
    moved: { columns: ['place'] },
  },
}

/** A version of its one call. */
export type Call = { solved?: boolean | null; kind?: string | null; place?: string; note?: string; stamp?: number } | null

/** That version as DuckDB writes it. */
export const struct = (call: Call): string =>
  call === null
    ? 'NULL'
    : `{'id': 1::BIGINT, 'solved': ${call.solved ?? 'NULL::BOOLEAN'},
        'kind': ${call.kind === null ? 'NULL::VARCHAR' : `'${call.kind ?? 'noise'}'`}, 'place': '${call.place ?? 'here'}',
        'note': '${call.note ?? ''}', 'stamp': TIMESTAMP '2026-01-0${call.stamp ?? 1} 00:00:00'}`

/** An engine of little memory for as long as the work takes. */
export async function inEngine<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
  await using engine = await openDuckDb({
    memoryBytes: 128 * 2 ** 20,
    spillFolder: join(tmpdir(), `blotter-history-${process.pid}`),
  })
  return await work(engine)
}
