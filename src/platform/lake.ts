import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Catalog } from '../catalog/catalog.ts'
import type { Lake } from '../catalog/lake.ts'
import { realPathOf } from '../lake/local/real-path.ts'
import type { Storage } from '../lake/storage.ts'
import type { Config } from '../model/configuration.ts'

/** Where lakes can lie and what can know their tables, as `platform.ts` hands them in. */
export interface LakeParts {
  localStorage(): Storage
  openBucket(config: { cacheFolder: string; cacheLimitBytes: number }): Promise<Storage>
  openSqlite(file: string, create: boolean): Catalog
  openGlue(): Promise<Catalog>
}

export interface OpenedLake {
  /** Of the lake, without symbolic links; of a bucket, the folder of its state. */
  folder: string
  /** `file:///…/lake`, `s3://bucket/prefix` */
  location: string
  exists(): boolean
  /** Made if `create` says so, else its absence is `lake_missing`. */
  open(create: boolean): Lake
  close(): void
}

/** The lake that the configuration names: a folder, or a bucket with the catalog beside its state or in Glue. */
export async function openLake(config: Config, parts: LakeParts): Promise<OpenedLake> {
  const isBucket = config.lake.includes('://')
  // Readers disagree about percent-encoding, so that a location is the path itself, byte for byte.
  const folder = isBucket ? config.state : realPathOf(config.lake)
  const location = isBucket ? config.lake : `file://${folder}`
  const cache = { cacheFolder: join(config.state, 'cache'), cacheLimitBytes: config.cacheBytes }
  const storage = isBucket ? await parts.openBucket(cache) : parts.localStorage()
  const file = catalogFile(config)
  const glue = config.catalog === 'glue' ? await parts.openGlue() : undefined
  let catalog = glue
  return {
    folder,
    location,
    exists: () => glue !== undefined || existsSync(file),
    open(create) {
      catalog ??= parts.openSqlite(file, create)
      return { storage, catalog, location }
    },
    close: () => catalog?.close(),
  }
}

/** The catalog that is a file: in the lake's folder, beside the state where the lake is a bucket. */
export function catalogFile({ lake, state }: Pick<Config, 'lake' | 'state'>): string {
  return join(lake.includes('://') ? state : lake, 'catalog.sqlite')
}
