import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { TableUpdate } from '../../../src/catalog/table-update.ts'
import type { Integer } from '../../../src/lake/format/exact-json.ts'
import { writeManifestList } from '../../../src/lake/format/manifest.ts'
import type { TableMetadata } from '../../../src/lake/format/metadata.ts'
import { specification } from '../../services/specification.ts'
import { type Asking, type Desk, desk, type Answer, type Method } from '../desk.ts'
import { icebergJudge } from './judge.ts'

/** What a loaded table is told as. */
export interface Loaded {
  'metadata-location': string
  metadata: TableMetadata
}

/** Asks a catalog as an engine does; every answer is held to the specification where it is there. */
export interface Session extends Desk {
  /** Below `/iceberg/v1`; fails unless the status is the one that is expected. */
  expect(status: number, method: Method, path: string, options?: Asking): Promise<Answer>
  /** The type of the error that is answered with that status. */
  failure(status: number, method: Method, path: string, options?: Asking): Promise<string>
  /** A table of one column `id`, in a namespace that is made if it is missing. */
  make(namespace: string, name: string): Promise<Loaded>
  load(namespace: string, name: string): Promise<Loaded>
  /** Updates that put an empty snapshot on main; its manifest list lies in the table's folder. */
  snapshot(metadata: TableMetadata, id: Integer): Promise<TableUpdate[]>
}

export const SCHEMA = { type: 'struct', fields: [{ id: 1, name: 'id', required: false, type: 'long' }] }

export async function session(t: TestContext): Promise<Session> {
  const opened = await desk(t)
  const judge = specification('iceberg') === undefined ? (): string[] => [] : icebergJudge()
  const expect: Session['expect'] = async (status, method, path, options) => {
    const url = `/iceberg/v1${path}`
    const answer = await opened.ask(method, url, options)
    assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`)
    assert.deepEqual(judge(method, url, answer), [])
    return answer
  }
  const load: Session['load'] = async (namespace, name) =>
    (await expect(200, 'GET', `/namespaces/${namespace}/tables/${name}`)).body as Loaded
  return {
    ...opened,
    expect,
    load,
    async failure(status, method, path, options) {
      const { body } = await expect(status, method, path, options)
      const { error } = body as { error: { type: string; code: number; message: string } }
      assert.equal(error.code, status)
      return error.type
    },
    async make(namespace, name) {
      await opened.ask('POST', '/iceberg/v1/namespaces', { body: { namespace: [namespace] } })
      return (await expect(200, 'POST', `/namespaces/${namespace}/tables`, { body: { name, schema: SCHEMA } }))
        .body as Loaded
    },
    async snapshot(metadata, id) {
      const sequence = metadata['last-sequence-number'] + 1
      const parent = metadata.refs['main']?.['snapshot-id']
      const named = { id: Number(id), parentId: parent, sequenceNumber: sequence, label: undefined }
      const list = await writeManifestList(opened.storage, metadata, named, [])
      return [
        {
          action: 'add-snapshot',
          snapshot: {
            'snapshot-id': id,
            ...(parent === undefined ? {} : { 'parent-snapshot-id': parent }),
            'sequence-number': sequence,
            'timestamp-ms': Math.max(metadata['last-updated-ms'], metadata['snapshot-log'].at(-1)?.['timestamp-ms'] ?? 0),
            'manifest-list': list,
            summary: { operation: 'append' },
          },
        },
        { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': id },
      ]
    },
  }
}
