import type { Storage } from '../lake/storage.ts'
import type { Catalog } from './catalog.ts'

/** A lake: where its files lie, and what knows its tables. */
export interface Lake {
  storage: Storage
  catalog: Catalog
  /** `file:///…/lake` or `s3://bucket/prefix`, without a slash at its end. */
  location: string
}
