import type { TableMetadata } from '../src/lake/format/metadata.ts'

/** What earlier answers of a side have told. */
export interface World {
  metadata?: TableMetadata
  etag?: string
}

export type ManifestList = (id: number) => Promise<string>

/** A request that both sides are asked, in this order. */
export interface Step {
  name: string
  method: 'GET' | 'POST' | 'HEAD' | 'DELETE'
  path: string
  body?: unknown | ((world: World, list: ManifestList) => unknown)
  headers?: (world: World) => Record<string, string>
}

export const T = '/namespaces/n/tables/t'
export const field = (id: number, name: string, type: unknown): unknown => ({ id, name, required: false, type })
export const nested = {
  type: 'list',
  'element-id': 30,
  'element-required': false,
  element: { type: 'struct', fields: [field(31, 'x', 'double')] },
}
export const map = {
  type: 'map',
  'key-id': 40,
  key: 'string',
  'value-id': 41,
  'value-required': false,
  value: 'decimal(9, 2)',
}
export const schema = {
  type: 'struct',
  fields: [field(10, 'id', 'long'), field(20, 'list', nested), field(25, 'map', map), field(50, 'at', 'timestamp')],
}
export const flat = { type: 'struct', fields: [field(1, 'id', 'long')] }
export const spec = { 'spec-id': 0, fields: [{ 'source-id': 50, name: 'at_day', transform: 'day' }] }
export const order = {
  'order-id': 1,
  fields: [{ 'source-id': 10, transform: 'identity', direction: 'asc', 'null-order': 'nulls-first' }],
}
export const commit = (updates: unknown[], requirements: unknown[] = []): unknown => ({ requirements, updates })
export const HUGE = 9007199254740993n

export const add =
  (id: number | bigint, sequence: number, parent?: number | bigint) =>
  async (world: World, list: ManifestList): Promise<unknown[]> => [
    {
      action: 'add-snapshot',
      snapshot: {
        'snapshot-id': id,
        ...(parent === undefined ? {} : { 'parent-snapshot-id': parent }),
        'sequence-number': sequence,
        'timestamp-ms': world.metadata?.['last-updated-ms'] ?? 0,
        'manifest-list': await list(Number(BigInt(id) % 1000n)),
        'schema-id': 0,
        summary: { operation: 'append' },
      },
    },
  ]
export const put = (ref: string, id: number | bigint, type = 'branch', more: object = {}): unknown => {
  return { action: 'set-snapshot-ref', 'ref-name': ref, type, 'snapshot-id': id, ...more }
}
export const step = (name: string, method: Step['method'], path: string, body?: Step['body']): Step => ({
  name,
  method,
  path,
  ...(body === undefined ? {} : { body }),
})
export const update = (name: string, ...updates: unknown[]): Step => step(name, 'POST', T, commit(updates))
export const require = (name: string, requirement: unknown): Step =>
  step(name, 'POST', T, commit([{ action: 'set-properties', updates: { met: name } }], [requirement]))
export const snapshots = (name: string, made: ReturnType<typeof add>, ...then: unknown[]): Step =>
  step(name, 'POST', T, async (world: World, list: ManifestList) => commit([...(await made(world, list)), ...then]))
