import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { checksumOf } from '../checksum.ts'

/**
 * A UUID that tells whose file it names: the first 48 bits are a hash of the label, the rest is chance (version 8, RFC
 * 9562). So metadata, manifests and lists keep the names that other engines expect. Without a label, any UUID.
 */
export function labelledUuid(label: string | undefined): string {
  if (label === undefined) return randomUUID()
  const random = randomBytes(10).toString('hex')
  const variant = '89ab'[Number.parseInt(random[3]!, 16) % 4]!
  return `${prefixOf(label)}${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(8)}`
}

/** A name for a file of metadata: a labelled UUID, and the checksum that `refuseChanged` looks for. */
export function sealedName(label: string | undefined, bytes: Uint8Array): string {
  return `${labelledUuid(label)}.${checksumOf(bytes)}`
}

/** Whether a file was named for this label: `LABEL-<uuid>.parquet`, or any name with a UUID of it. */
export function bearsLabel(location: string, label: string): boolean {
  const name = location.slice(location.lastIndexOf('/') + 1)
  return name.startsWith(`${label}-`) || name.includes(prefixOf(label))
}

function prefixOf(label: string): string {
  const hash = createHash('sha256').update(label).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8`
}
