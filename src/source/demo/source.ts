import type { DemoDefinition, SourceColumn, SourceDefinition } from '../../model/pipeline.ts'
import { interrupted } from '../../errors.ts'
import type { FoundColumn, Source, StagedType } from '../source.ts'
import { fetched, stageChunks, swept } from './chunks.ts'
import { parseDemoUrl } from './url.ts'

/**
 * Opens `demo://NAME?rows=300000&seed=1&day=0`: the synthetic incidents of a pipeline, the same for the same parameters.
 * `rows` is the number on day 0, up to 100 million; a later `day`, up to 366, is the same city changed. A pipeline knows
 * one city only, so that NAME is a label. Nothing is counted a second time: `counted` stays undefined.
 * Throws `source_url_invalid`.
 */
export function openDemoSource(url: string, pipeline: { definition: SourceDefinition; demo: DemoDefinition }): Source {
  const { options } = parseDemoUrl(url)
  const { definition, demo } = pipeline
  const columns = definition.columns.map(foundColumn)
  const only = (...names: string[]): FoundColumn[] => names.map((name) => columns.find((column) => column.name === name)!)
  const at = (name: string): number => columns.findIndex((column) => column.name === name)
  return {
    url,
    partial: false,
    // The URL says all: the same one is the same city.
    mark: async () => `${options.rows} rows, seed ${options.seed}, day ${options.day}`,
    async describe() {
      return { what: 'Synthetic incidents', columns, primaryKey: [definition.key], rowsEstimate: options.rows }
    },
    async open(signal) {
      if (signal.aborted) throw interrupted(signal.reason)
      return {
        columns,
        extract: (given) => stageChunks('extract', demo.incidents(options), columns, given),
        sweep: ({ key, cursor, ...given }) =>
          stageChunks('sweep', swept(demo.incidents(options), [at(key), at(cursor)]), only(key, cursor), given),
        fetch: ({ key, keys, ...given }) =>
          stageChunks('fetch', fetched(demo.incidents(options), at(key), keys), columns, given),
        async [Symbol.asyncDispose]() {},
      }
    },
  }
}

function foundColumn({ name, type }: SourceColumn): FoundColumn {
  return { name, type: stagedType(type), declared: type }
}

function stagedType(type: SourceColumn['type']): StagedType {
  if (type === 'string') return 'text'
  if (type === 'int') return 'long'
  return type === 'timestamptz' ? 'timestamp' : type
}
