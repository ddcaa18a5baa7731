import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { FastifyInstance } from 'fastify'
import { createApp } from '../../src/server/app.ts'
import { type City, makeCity } from '../pipeline/city.ts'
import { askOf, bearerOf, type Desk, type Method } from './desk.ts'

export { theft } from '../pipeline/city.ts'

/** A city with a lake, and a server over it; nothing listens, requests are handed in. */
export interface ServedCity extends Pick<Desk, 'ask'> {
  city: City
  app: FastifyInstance
  /** Asks, and holds the answer to what the OpenAPI document says of it. */
  get<Body>(url: string): Promise<Body>
}

export async function serveCity(t: TestContext): Promise<ServedCity> {
  const city = await makeCity()
  const app = createApp({ ...city.platform.serving(), bearerOf })
  t.after(async () => {
    await app.close()
    await city[Symbol.asyncDispose]()
  })
  const ask = askOf(app)
  return { city, app, ask, get: (url) => getAsDocumented(ask, url) }
}

interface Document {
  components: object
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>>
}

async function getAsDocumented<Body>(ask: Desk['ask'], url: string): Promise<Body> {
  const answer = await ask('GET', url)
  assert.equal(answer.status, 200, answer.text)
  await assertDocumented(ask, 'GET', url, answer)
  return answer.body as Body
}

/** Fails unless an answer's body is as the OpenAPI document says. */
export async function assertDocumented(
  ask: Desk['ask'],
  method: Method,
  url: string,
  answer: { status: number; body: unknown },
): Promise<void> {
  const document = (await ask('GET', '/api/openapi.json')).body as Document
  const path = url.split('?')[0]!
  const known = Object.keys(document.paths).find((one) => new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))
  assert.ok(known, `${path} is not documented`)
  const { responses } = document.paths[known]![method.toLowerCase()]!
  const response = responses[answer.status] ?? responses['default']
  const schema = Object.values(response?.content ?? {})[0]?.schema
  assert.ok(schema, `${method} ${known} has no answer ${answer.status}`)
  const ajv = new Ajv2020({ strict: false })
  assert.ok(ajv.validate({ ...schema, components: document.components }, answer.body), `${url}: ${ajv.errorsText()}`)
}
