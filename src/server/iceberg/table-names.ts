import type { FastifyInstance } from 'fastify'
import type { EngineCatalog } from '../../catalog/engine-catalog.ts'
import { CHANGING, requireWrite, requireWriteOfTable } from './access.ts'
import { namespaceOfPath, newTable, partsOf, tableOfPath } from './names.ts'
import { read, registerTableRequest, renameTableRequest } from './requests.ts'
import { sendTable } from './table-answer.ts'
import { type AtTable, type InNamespace, TABLE } from './tables.ts'

const changing = { config: CHANGING } as const

/** Under which names tables are known: dropped, taken in, renamed. */
export function tableNames(app: FastifyInstance, open: () => EngineCatalog): void {
  app.delete<AtTable & { Querystring: { purgeRequested?: string } }>(TABLE, changing, async (request, reply) => {
    const table = tableOfPath(request.params.namespace, request.params.table)
    const engine = open()
    requireWriteOfTable(request, engine.places, table)
    await engine.drop(table, { purged: request.query.purgeRequested?.toLowerCase() === 'true' })
    return reply.status(204).send()
  })

  app.post<InNamespace>('/namespaces/:namespace/register', changing, async (request, reply) => {
    const namespace = namespaceOfPath(request.params.namespace)
    const engine = open()
    requireWrite(request, engine.places, namespace)
    const asked = read(registerTableRequest, request.body)
    const table = newTable(partsOf(namespace), asked.name)
    return sendTable(reply, await engine.register(table, asked['metadata-location'], { overwrite: asked.overwrite }))
  })

  app.post('/tables/rename', changing, async (request, reply) => {
    const { source, destination } = read(renameTableRequest, request.body)
    const from = tableOfPath(source.namespace.join('.'), source.name)
    const to = newTable(destination.namespace, destination.name)
    const { catalog, places } = open()
    requireWriteOfTable(request, places, from)
    requireWriteOfTable(request, places, to)
    await catalog.rename(from, to)
    return reply.status(204).send()
  })
}
