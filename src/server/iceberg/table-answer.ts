import type { FastifyReply } from 'fastify'
import { createHash } from 'node:crypto'
import type { TableMetadata } from '../../lake/format/metadata.ts'
import type { Table } from '../../lake/table.ts'

export type SnapshotMode = 'all' | 'refs'

/** Metadata files never change, so their name is as good as their content. */
export function etagOf({ metadataLocation }: Table, mode: SnapshotMode = 'all'): string {
  return `"${createHash('sha256').update(`${mode} ${metadataLocation}`).digest('base64url').slice(0, 27)}"`
}

/** A table as engines load it (LoadTableResult, CommitTableResponse), with its ETag. */
export function sendTable(reply: FastifyReply, table: Table, mode: SnapshotMode = 'all'): FastifyReply {
  const { metadataLocation, metadata } = table
  reply.header('etag', etagOf(table, mode)).header('cache-control', 'private, no-cache')
  return reply.send({
    'metadata-location': metadataLocation,
    metadata: mode === 'refs' ? withoutUnnamed(metadata) : metadata,
    config: {},
  })
}

/** Only the snapshots that a branch or tag is on: engines ask for the others when they need them. */
function withoutUnnamed(metadata: TableMetadata): TableMetadata {
  const named = new Set(Object.values(metadata.refs).map((reference) => reference['snapshot-id']))
  const current = metadata['current-snapshot-id']
  if (current !== undefined && current !== null) named.add(current)
  return { ...metadata, snapshots: metadata.snapshots.filter((snapshot) => named.has(snapshot['snapshot-id'])) }
}
