import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { LineageEvent } from '../../src/lineage/event.ts'
import type { Facets } from '../../src/lineage/facets.ts'
import { specification } from '../services/specification.ts'

/** Says what the published schemas of OpenLineage find wrong with an event or with a facet of it. */
export function openLineageJudge(): (event: LineageEvent) => string[] {
  const folder = specification('openlineage')!
  // The schemas hold words for people (`example`) that a strict reader would take for mistakes.
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  const read = (path: string): object => JSON.parse(readFileSync(join(folder, path), 'utf8')) as object
  ajv.addSchema(read('OpenLineage.json'))
  for (const file of readdirSync(join(folder, 'facets'))) ajv.addSchema(read(`facets/${file}`))

  const against = (url: string, value: unknown, place: string): string[] => {
    const validate = ajv.getSchema(url)
    if (!validate) return [`${place}: there is no schema ${url}`]
    if (validate(value)) return []
    return (validate.errors ?? []).map((error) => `${place}${error.instancePath}: ${error.message}`)
  }
  const facets = (all: Facets | undefined, place: string): string[] =>
    Object.entries(all ?? {}).flatMap(([name, facet]) => {
      const url = String(facet['_schemaURL'])
      // As a member of its own schema, so that the name under which it stands is checked, too.
      const [schema] = url.split('#')
      return [...against(url, facet, `${place}.${name}`), ...against(schema!, { [name]: facet }, `${place}/${name}`)]
    })
  return (event) => [
    ...against(event.schemaURL, event, 'event'),
    ...against('https://openlineage.io/spec/2-0-2/OpenLineage.json', event, 'event'),
    ...facets(event.run.facets, 'run'),
    ...facets(event.job.facets, 'job'),
    ...[...event.inputs, ...event.outputs].flatMap((dataset) => [
      ...facets(dataset.facets, dataset.name),
      ...facets(dataset.inputFacets, dataset.name),
      ...facets(dataset.outputFacets, dataset.name),
    ]),
  ]
}

/** The names of all facets in some events. */
export function facetNames(events: readonly LineageEvent[]): Set<string> {
  const datasets = events.flatMap((event) => [...event.inputs, ...event.outputs])
  const groups = [
    ...events.flatMap((event) => [event.run.facets, event.job.facets]),
    ...datasets.flatMap((dataset) => [dataset.facets, dataset.inputFacets, dataset.outputFacets]),
  ]
  return new Set(groups.flatMap((facets) => Object.keys(facets ?? {})))
}
