import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { parse } from 'yaml'
import { specification } from '../../services/specification.ts'
import type { Answer, Method } from '../desk.ts'

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, object> }>>
  components: { responses: Record<string, Content> }
}

interface Content {
  $ref?: string
  content?: { 'application/json'?: { schema: object } }
}

type Judge = (method: Method, url: string, answer: Answer) => string[]

let judge: Judge | undefined

/** Says what the OpenAPI document of the Iceberg REST catalog finds wrong with an answer to a request. */
export function icebergJudge(): Judge {
  return (judge ??= openJudge())
}

function openJudge(): Judge {
  const text = readFileSync(join(specification('iceberg')!, 'rest-catalog-open-api.yaml'), 'utf8')
  const document = parse(text) as Document
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false })
  formats.default(ajv)
  ajv.addSchema(document, 'catalog')
  const validators = new Map<string, ReturnType<typeof ajv.compile>>()
  return (method, url, { status, text: body }) => {
    const place = `${method} ${url} → ${status}`
    const template = Object.keys(document.paths).find((path) => patternOf(path).test(url.replace(/\?.*/, '')))
    const responses = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()]?.responses
    if (!responses) return [`${place}: the specification has no such request`]
    const told = (responses[status] ?? responses[`${Math.floor(status / 100)}XX`]) as Content | undefined
    if (!told) return [`${place}: the specification has no such answer`]
    const content = told.$ref === undefined ? told : document.components.responses[told.$ref.split('/').at(-1)!]!
    const schema = content.content?.['application/json']?.schema
    if (method === 'HEAD' || !schema) return body === '' ? [] : [`${place}: expected no body`]
    const key = JSON.stringify(schema)
    const validate = validators.get(key) ?? ajv.compile(absolute(schema))
    validators.set(key, validate)
    return validate(JSON.parse(body))
      ? []
      : validate.errors!.map((error) => `${place}: ${error.instancePath} ${error.message}`)
  }
}

/** Of `/v1/{prefix}/namespaces/{namespace}`; this catalog has no prefix. */
function patternOf(path: string): RegExp {
  const own = path.replace('/{prefix}', '').replaceAll(/\{[\w-]+\}/g, '[^/]+')
  return new RegExp(`^/iceberg${own}$`)
}

function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"catalog#/components')) as object
}
