import type { Facets } from './facets.ts'

/** A RunEvent of OpenLineage 2-0-2. */
export interface LineageEvent {
  eventType: 'START' | 'COMPLETE' | 'FAIL' | 'ABORT'
  eventTime: string
  producer: string
  schemaURL: string
  run: { runId: string; facets: Facets }
  job: { namespace: string; name: string; facets: Facets }
  inputs: readonly EventDataset[]
  outputs: readonly EventDataset[]
}

export interface EventDataset {
  namespace: string
  name: string
  facets?: Facets
  inputFacets?: Facets
  outputFacets?: Facets
}
