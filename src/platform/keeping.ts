import type { Catalog } from '../catalog/catalog.ts'
import type { Lake } from '../catalog/lake.ts'
import type { Config } from '../model/configuration.ts'
import { backUp } from '../pipeline/upkeep/backup.ts'
import { compactByHand } from '../pipeline/upkeep/compact-by-hand.ts'
import { expireBatches } from '../pipeline/upkeep/expire.ts'
import type { BatchMaker } from '../pipeline/batch/batch-maker.ts'
import { relocateLake } from '../pipeline/upkeep/relocate.ts'
import type { Watch } from './running/watch.ts'

interface Parts {
  config: Config
  folder: string
  lake(create: boolean): Lake
  existing(): BatchMaker
  openCatalog(file: string): Catalog
}

/** The verbs that keep a lake in shape: compaction, expiry, relocation, backup. */
export function keeping(parts: Parts) {
  const { config, folder } = parts
  return {
    compact: async (options: { dryRun: boolean }, { signal }: Watch) => compactByHand(parts.existing(), options, signal),
    expire: async (options: { dryRun: boolean; batches?: number; days?: number }, { signal }: Watch) =>
      expireBatches(parts.existing(), { dryRun: options.dryRun, retention: { ...config.retention, ...options } }, signal),
    relocate: async ({ signal }: Watch) => relocateLake(parts.existing(), signal),
    backup: async (into: string) => {
      const { storage } = parts.lake(false)
      return backUp({ lake: folder, state: config.state, into, storage, openCatalog: parts.openCatalog })
    },
  }
}
