import type { FastifyRequest } from 'fastify'
import type { Places } from '../../catalog/places.ts'
import { requireScope } from '../authentication.ts'
import { partsOf } from './names.ts'

/** Of routes that change something; which of the two it takes depends on the table, and is asked by the route itself. */
export const CHANGING = { scope: ['catalog:write', 'pipeline:write'] } as const

/** Blotter's own tables are changed by its runs, and by those whom the pipeline's owner trusts as much. */
export function requireWrite(request: FastifyRequest, { own }: Places, namespace: string): void {
  requireScope(request, own.has(partsOf(namespace)[0] ?? '') ? 'pipeline:write' : 'catalog:write')
}

export function requireWriteOfTable(request: FastifyRequest, places: Places, table: string): void {
  requireWrite(request, places, table.slice(0, table.lastIndexOf('.')))
}
