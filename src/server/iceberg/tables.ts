import type { FastifyInstance } from 'fastify'
import type { EngineCatalog } from '../../catalog/engine-catalog.ts'
import { noNamespace, noTable } from '../../catalog/refusal.ts'
import { matches } from '../api/caching.ts'
import { CHANGING, requireWrite } from './access.ts'
import { BODY_LIMIT_BYTES } from './exact-body.ts'
import { namespaceOfPath, newTable, partsOf, tableOfPath } from './names.ts'
import { pageOf } from './page.ts'
import { createTableRequest, pageQuery, read } from './requests.ts'
import { etagOf, sendTable, type SnapshotMode } from './table-answer.ts'

export interface InNamespace {
  Params: { namespace: string }
}

export interface AtTable {
  Params: { namespace: string; table: string }
}

export const TABLE = '/namespaces/:namespace/tables/:table'
const reading = { config: { scope: 'catalog:read' }, exposeHeadRoute: false } as const
const writing = { config: CHANGING, bodyLimit: BODY_LIMIT_BYTES } as const

/** Tables: listed, loaded, made. */
export function tables(app: FastifyInstance, open: () => EngineCatalog): void {
  app.get<InNamespace>('/namespaces/:namespace/tables', reading, async ({ params, query }) => {
    const namespace = namespaceOfPath(params.namespace)
    const { catalog } = open()
    if (!(await catalog.namespace(namespace))) throw noNamespace(namespace)
    const all = (await catalog.tables(namespace)).map((entry) => entry.table.slice(namespace.length + 1))
    const { names, next } = pageOf(all, read(pageQuery, query))
    return { identifiers: names.map((name) => ({ namespace: partsOf(namespace), name })), 'next-page-token': next }
  })

  app.post<InNamespace>('/namespaces/:namespace/tables', writing, async (request, reply) => {
    const namespace = namespaceOfPath(request.params.namespace)
    const engine = open()
    requireWrite(request, engine.places, namespace)
    const asked = read(createTableRequest, request.body)
    const table = newTable(partsOf(namespace), asked.name)
    const wish = {
      table,
      schema: asked.schema,
      spec: asked['partition-spec'] ?? undefined,
      order: asked['write-order'] ?? undefined,
      location: asked.location ?? undefined,
      properties: asked.properties ?? {},
    }
    if (!asked['stage-create']) return sendTable(reply, await engine.create(wish))
    const { metadata } = await engine.stage(wish)
    return { metadata, config: {} }
  })

  app.get<AtTable & { Querystring: { snapshots?: string } }>(TABLE, reading, async (request, reply) => {
    const table = await open().load(tableOfPath(request.params.namespace, request.params.table))
    const mode: SnapshotMode = request.query.snapshots === 'refs' ? 'refs' : 'all'
    const etag = etagOf(table, mode)
    if (matches(request.headers['if-none-match'], etag)) return reply.status(304).header('etag', etag).send()
    return sendTable(reply, table, mode)
  })

  app.head<AtTable>(TABLE, reading, async ({ params }, reply) => {
    const table = tableOfPath(params.namespace, params.table)
    if (!(await open().catalog.entry(table))) throw noTable(table)
    return reply.status(204).send()
  })

  app.post<AtTable>(`${TABLE}/metrics`, reading, async (_request, reply) => reply.status(204).send())
}
