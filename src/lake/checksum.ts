import { createHash } from 'node:crypto'
import { lakeDamaged } from './storage.ts'

const SEALED = /\.([0-9a-f]{16})(?:-m\d+)?\.(?:avro|metadata\.json)$/

/** Sixteen hexadecimal digits of the SHA-256: enough to see accidents, no defence against who changes files on purpose. */
export function checksumOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16)
}

/**
 * Throws `lake_damaged` for a metadata file whose name bears the checksum of other bytes: one in which bits have turned, or
 * that another file was put in the place of. JSON and Avro have no checksum of their own, and one digit that turns makes
 * wrong rows. Files that other engines wrote bear none, and pass.
 */
export function refuseChanged(location: string, bytes: Uint8Array): void {
  const written = SEALED.exec(location)?.[1]
  if (written === undefined) return
  const found = checksumOf(bytes)
  if (found !== written) {
    throw lakeDamaged(location, `is not what was written (its name promises the checksum ${written}, its bytes have ${found})`)
  }
}
