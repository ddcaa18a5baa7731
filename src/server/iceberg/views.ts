import type { FastifyInstance } from 'fastify'
import type { EngineCatalog } from '../../catalog/engine-catalog.ts'
import { noNamespace } from '../../catalog/refusal.ts'
import { sendError } from './failures.ts'
import { namespaceOfPath } from './names.ts'

interface InNamespace {
  Params: { namespace: string }
}

const reading = { config: { scope: 'catalog:read' } } as const

/** This catalog keeps no views. Engines that ask all the same get the answers of a catalog that has none. */
export function views(app: FastifyInstance, open: () => EngineCatalog): void {
  app.get<InNamespace>('/namespaces/:namespace/views', reading, async ({ params }) => {
    const namespace = namespaceOfPath(params.namespace)
    if (!(await open().catalog.namespace(namespace))) throw noNamespace(namespace)
    return { identifiers: [], 'next-page-token': null }
  })
  app.route<{ Params: { namespace: string; view: string } }>({
    method: ['GET', 'HEAD', 'DELETE', 'POST'],
    url: '/namespaces/:namespace/views/:view',
    config: { scope: 'catalog:read' },
    exposeHeadRoute: false,
    handler: async ({ params }, reply) =>
      sendError(
        reply,
        404,
        'NoSuchViewException',
        `View does not exist: ${namespaceOfPath(params.namespace)}.${params.view}`,
      ),
  })
  app.post('/namespaces/:namespace/views', reading, async (_request, reply) =>
    sendError(reply, 406, 'UnsupportedOperationException', 'This catalog keeps tables, not views. Nothing was made.'),
  )
}
