import type { FastifyInstance } from 'fastify'
import type { Services } from '../services.ts'
import { commits } from './commits.ts'
import { configuration } from './configuration.ts'
import { keepIntegersExact } from './exact-body.ts'
import { answerIcebergErrors } from './failures.ts'
import { namespaces } from './namespaces.ts'
import { tableNames } from './table-names.ts'
import { tables } from './tables.ts'
import { views } from './views.ts'

/** The Iceberg REST catalog (Apache Iceberg, `rest-catalog-open-api.yaml`), below `/iceberg/v1`. */
export function iceberg(app: FastifyInstance, { engineCatalog, log }: Services): void {
  keepIntegersExact(app)
  answerIcebergErrors(app, log)
  configuration(app, () => engineCatalog().places, 'blotter')
  namespaces(app, engineCatalog)
  tables(app, engineCatalog)
  tableNames(app, engineCatalog)
  commits(app, engineCatalog)
  views(app, engineCatalog)
  // Before pages take it for one of theirs.
  app.get('/*', { config: { scope: 'catalog:read' } }, (_request, reply) => void reply.callNotFound())
}
