import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { redaction } from '../log/redaction.ts'
import { inputDataset, outputDataset } from './dataset-facets.ts'
import type { EventDataset, LineageEvent } from './event.ts'
import { EVENT_SCHEMA, type Facet, type Facets, facetsOf, type MakeFacet } from './facets.ts'
import type { DatasetFacts, Ended, RunFacts, StepFacts } from './run-facts.ts'
import { runUuid } from './run-uuid.ts'

/** What the events call the program that sends them; `codeVersion` is `<version>+<hash of the pipeline>`. */
function producerOf(codeVersion: string): string {
  return `urn:blotter:${codeVersion.split('+')[0]}`
}

/**
 * The events of a run: START and an end for it and for each of its steps that began, in the order of what happened. The
 * end of a step bears its datasets; that of the run bears the source and every table that it wrote, by name and version.
 * The same facts give the same events.
 */
export function eventsOf(facts: RunFacts): LineageEvent[] {
  const facet = facetsOf(producerOf(facts.codeVersion))
  const event = envelope(facts)
  const sources = facts.steps.flatMap((step) => step.inputs.filter((input) => input.of === 'source'))
  const written = facts.steps.flatMap((step) => step.outputs)
  const job = {
    namespace: facts.namespace,
    name: facts.pipeline.name,
    facets: {
      jobType: facet('jobType', { ...JOB_TYPE, jobType: 'PIPELINE' }),
      documentation: facet('documentation', { description: facts.pipeline.title, contentType: 'text/plain' }),
      sourceCodeLocation: codeLocation(facts, undefined, facet),
    },
  }
  const run = (ended?: Ended) => ({
    runId: runUuid(facts.lake.location, facts.run),
    facets: { ...commonRunFacets(facts, facet), ...errorFacet(ended, facet) },
  })
  const datasets = { inputs: namesOf(sources, facet), outputs: namesOf(written, facet) }
  return [
    event({ eventType: 'START', eventTime: facts.startedAt, run: run(), job, inputs: [], outputs: [] }),
    ...facts.steps.flatMap((step) => stepEvents(facts, step, facet)),
    event({ eventType: facts.end, eventTime: facts.endedAt, run: run(facts), job, ...datasets }),
  ]
}

const JOB_TYPE = {
  processingType: 'BATCH',
  integration: 'BLOTTER',
  emissionPattern: { eventTrigger: 'EVENT_BASED', eventContentMode: 'ACCUMULATIVE' },
}

function envelope(facts: RunFacts): (told: Omit<LineageEvent, 'producer' | 'schemaURL'>) => LineageEvent {
  const producer = producerOf(facts.codeVersion)
  return ({ eventType, eventTime, ...rest }) => ({ eventType, eventTime, producer, schemaURL: EVENT_SCHEMA, ...rest })
}

function stepEvents(facts: RunFacts, step: StepFacts, facet: MakeFacet): LineageEvent[] {
  const event = envelope(facts)
  const parent = {
    run: { runId: runUuid(facts.lake.location, facts.run) },
    job: { namespace: facts.namespace, name: facts.pipeline.name },
  }
  const run = (ended?: Ended) => ({
    runId: runUuid(facts.lake.location, facts.run, step.name),
    facets: {
      parent: facet('parent', { ...parent, root: parent }),
      ...commonRunFacets(facts, facet),
      ...errorFacet(ended, facet),
    },
  })
  const job = {
    namespace: facts.namespace,
    name: `${facts.pipeline.name}.${step.name}`,
    facets: {
      jobType: facet('jobType', { ...JOB_TYPE, jobType: 'STEP' }),
      documentation: facet('documentation', { description: step.doc, contentType: 'text/plain' }),
      sourceCodeLocation: codeLocation(facts, step.file, facet),
      ...(step.sql ? { sql: facet('sql', step.sql) } : {}),
    },
  }
  const datasets = {
    inputs: step.inputs.map((input) => inputDataset(input, facts, facet)),
    outputs: step.outputs.map((output) => outputDataset(output, datasetsOf(facts), facts, facet)),
  }
  return [
    event({ eventType: 'START', eventTime: step.startedAt, run: run(), job, inputs: [], outputs: [] }),
    event({ eventType: step.end, eventTime: step.endedAt, run: run(step), job, ...datasets }),
  ]
}

function datasetsOf(facts: RunFacts): DatasetFacts[] {
  return facts.steps.flatMap((step) => [...step.inputs, ...step.outputs])
}

function commonRunFacets(facts: RunFacts, facet: MakeFacet): Facets {
  const tags = {
    'blotter.run': facts.run,
    'blotter.batch': facts.batchAt,
    'blotter.code-version': facts.codeVersion,
    ...(facts.kind === null ? {} : { 'blotter.kind': facts.kind }),
  }
  return {
    nominalTime: facet('nominalTime', { nominalStartTime: facts.batchAt }),
    processing_engine: facet('processing_engine', {
      version: facts.engine.version,
      name: facts.engine.name,
      openlineageAdapterVersion: facts.codeVersion.split('+')[0],
    }),
    tags: facet('tags', { tags: Object.entries(tags).map(([key, value]) => ({ key, value, source: 'BLOTTER' })) }),
  }
}

function errorFacet(ended: Ended | undefined, facet: MakeFacet): Facets {
  if (!ended?.error) return {}
  const message = redaction.text(`${ended.error.code}: ${ended.error.message}`)
  return { errorMessage: facet('errorMessage', { message, programmingLanguage: 'TypeScript' }) }
}

function codeLocation(facts: RunFacts, file: string | undefined, facet: MakeFacet): Facet {
  const { folder } = facts.pipeline
  const url = pathToFileURL(file === undefined ? folder : join(folder, file)).href
  const path = file === undefined ? {} : { path: file }
  return facet('sourceCodeLocation', { type: 'file', url, ...path, version: facts.codeVersion })
}

/** Datasets by name and version alone, each once. */
function namesOf(datasets: readonly DatasetFacts[], facet: MakeFacet): EventDataset[] {
  const once = new Map(datasets.map(({ dataset, version }) => [JSON.stringify(dataset), { dataset, version }]))
  return [...once.values()].map(({ dataset: { namespace, name }, version }) => ({
    namespace,
    name,
    ...(version === undefined ? {} : { facets: { version: facet('version', { datasetVersion: version }) } }),
  }))
}
