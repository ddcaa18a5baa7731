import type { FastifyInstance } from 'fastify'
import type { EngineCatalog } from '../../catalog/engine-catalog.ts'
import { noTable } from '../../catalog/refusal.ts'
import { CHANGING, requireWriteOfTable } from './access.ts'
import { BODY_LIMIT_BYTES } from './exact-body.ts'
import { tableOfPath } from './names.ts'
import { commitTableRequest, commitTransactionRequest, read } from './requests.ts'
import { sendTable } from './table-answer.ts'
import { type AtTable, TABLE } from './tables.ts'

const writing = { config: CHANGING, bodyLimit: BODY_LIMIT_BYTES } as const

/** Commits to one table, or to several at once: what is taken for granted, and what is to be changed. */
export function commits(app: FastifyInstance, open: () => EngineCatalog): void {
  app.post<AtTable>(TABLE, writing, async (request, reply) => {
    const table = tableOfPath(request.params.namespace, request.params.table)
    const engine = open()
    requireWriteOfTable(request, engine.places, table)
    const { requirements, updates } = read(commitTableRequest, request.body)
    const [committed] = await engine.commit([{ table, requirements, updates }])
    if (!committed) throw noTable(table)
    return sendTable(reply, committed)
  })

  app.post('/transactions/commit', writing, async (request, reply) => {
    const { 'table-changes': changes } = read(commitTransactionRequest, request.body)
    const engine = open()
    const named = changes.map(({ identifier, requirements, updates }) => {
      const table = tableOfPath(identifier.namespace.join('.'), identifier.name)
      requireWriteOfTable(request, engine.places, table)
      return { table, requirements, updates }
    })
    await engine.commit(named)
    return reply.status(204).send()
  })
}
