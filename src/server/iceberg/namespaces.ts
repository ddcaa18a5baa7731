import type { FastifyInstance } from 'fastify'
import type { EngineCatalog } from '../../catalog/engine-catalog.ts'
import { noNamespace } from '../../catalog/refusal.ts'
import { CHANGING, requireWrite } from './access.ts'
import { sendError } from './failures.ts'
import { namespaceOfPath, newNamespace, partsOf } from './names.ts'
import { pageOf } from './page.ts'
import { createNamespaceRequest, pageQuery, read, updateNamespaceRequest } from './requests.ts'

interface At {
  Params: { namespace: string }
}

const reading = { config: { scope: 'catalog:read' }, exposeHeadRoute: false } as const
const changing = { config: CHANGING } as const

/** Namespaces: listed level by level, made, described, dropped. */
export function namespaces(app: FastifyInstance, open: () => EngineCatalog): void {
  app.get<{ Querystring: { parent?: string } }>('/namespaces', reading, async ({ query }) => {
    const parent = query.parent ? namespaceOfPath(query.parent) : ''
    const all = await open().catalog.namespaces()
    if (parent !== '' && !isKnown(all, parent)) throw noNamespace(parent)
    const { names, next } = pageOf(childrenOf(all, parent), read(pageQuery, query))
    return { namespaces: names.map(partsOf), 'next-page-token': next }
  })

  app.post('/namespaces', changing, async (request, reply) => {
    const { namespace, properties } = read(createNamespaceRequest, request.body)
    const name = newNamespace(namespace)
    const { catalog, places } = open()
    requireWrite(request, places, name)
    await catalog.createNamespace(name, properties)
    return reply.send({ namespace, properties: { location: `${places.lake}/${name}`, ...properties } })
  })

  app.get<At>('/namespaces/:namespace', reading, async ({ params }) => {
    const name = namespaceOfPath(params.namespace)
    const { catalog, places } = open()
    const properties = await catalog.namespace(name)
    if (!properties) throw noNamespace(name)
    return { namespace: partsOf(name), properties: { location: `${places.lake}/${name}`, ...properties } }
  })

  app.head<At>('/namespaces/:namespace', reading, async ({ params }, reply) => {
    const name = namespaceOfPath(params.namespace)
    if (!(await open().catalog.namespace(name))) throw noNamespace(name)
    return reply.status(204).send()
  })

  app.delete<At>('/namespaces/:namespace', changing, async (request, reply) => {
    const name = namespaceOfPath(request.params.namespace)
    const { catalog, places } = open()
    requireWrite(request, places, name)
    await catalog.dropNamespace(name)
    return reply.status(204).send()
  })

  app.post<At>('/namespaces/:namespace/properties', changing, async (request, reply) => {
    const name = namespaceOfPath(request.params.namespace)
    const { catalog, places } = open()
    requireWrite(request, places, name)
    const { removals, updates } = read(updateNamespaceRequest, request.body)
    const both = removals.find((key) => Object.hasOwn(updates, key))
    if (both !== undefined)
      return sendError(reply, 422, 'UnprocessableEntityException', `${both} is to be set and to be removed.`)
    const before = await catalog.namespace(name)
    if (!before) throw noNamespace(name)
    await catalog.updateNamespace(name, updates, removals)
    const removed = [...new Set(removals)]
    return {
      updated: Object.keys(updates),
      removed: removed.filter((key) => Object.hasOwn(before, key)),
      missing: removed.filter((key) => !Object.hasOwn(before, key)),
    }
  })
}

/** A namespace within which there is one exists as well. */
function isKnown(all: readonly string[], namespace: string): boolean {
  return all.some((one) => one === namespace || one.startsWith(`${namespace}.`))
}

function childrenOf(all: readonly string[], parent: string): string[] {
  const depth = parent === '' ? 1 : partsOf(parent).length + 1
  const below = all.filter((one) => parent === '' || one.startsWith(`${parent}.`))
  return [...new Set(below.map((one) => partsOf(one).slice(0, depth).join('.')))]
}
