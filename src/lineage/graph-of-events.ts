import type { BatchAt } from '../model/batch-at.ts'
import type { Dataset } from './dataset-name.ts'
import type { EventDataset, LineageEvent } from './event.ts'
import type { LineageGraph, LineageInput, LineageNode, Maker } from './graph.ts'
import { statementOf } from './statements.ts'

/** A table as of the batch, and what its snapshot says about who made it. */
export interface TableVersion {
  name: string
  doc: string
  snapshotId: string
  batchAt: BatchAt
  run: string | null
  codeVersion: string | null
}

/**
 * Builds the graph of a batch. `eventsOf` gives the events of any batch: a table that this batch left alone is told of by
 * those of the batch that made it. A table without events is there with its version and without columns.
 */
export async function lineageGraph(
  batch: { batchAt: BatchAt; run: string | null; codeVersion: string | null },
  versions: readonly TableVersion[],
  eventsOf: (batchAt: BatchAt) => Promise<readonly LineageEvent[] | undefined>,
): Promise<LineageGraph> {
  const outside = new Map<string, LineageNode>()
  const tables: LineageNode[] = []
  for (const version of versions) {
    const events = (await eventsOf(version.batchAt)) ?? []
    const names = namesIn(events)
    const told = events.findLast((event) =>
      event.outputs.some((output) => output.facets?.['columnLineage'] && nameOf(output) === version.name),
    )
    tables.push(told ? toldNode(version, told, names, queryOf(events)) : untoldNode(version))
    for (const input of told?.inputs ?? []) {
      const node = outsideNode(input)
      if (node && !outside.has(node.name)) outside.set(node.name, node)
    }
  }
  const first = [...outside.values()].sort((a, b) => (a.kind === b.kind ? 0 : a.kind === 'source' ? -1 : 1))
  return { batch_at: batch.batchAt, run: batch.run, code_version: batch.codeVersion, tables: [...first, ...tables] }
}

function toldNode(
  version: TableVersion,
  event: LineageEvent,
  names: ReadonlyMap<string, string>,
  query: QueryOf,
): LineageNode {
  const output = event.outputs.find((one) => nameOf(one) === version.name)!
  const lineage = facetOf<ColumnLineageFacet>(output, 'columnLineage') ?? { fields: {} }
  const fields = facetOf<{ fields: { name: string; type?: string }[] }>(output, 'schema')?.fields ?? []
  const types = new Map(fields.map(({ name, type }) => [name, type ?? null]))
  const inputs = (given: readonly InputField[] = []): LineageInput[] =>
    given.map(({ namespace, name, field, transformations = [] }) => ({
      table: names.get(keyOf({ namespace, name })) ?? idOf({ namespace, name }),
      column: field,
      kinds: transformations.map(({ type, subtype }) => subtype ?? type),
    }))
  const columns = Object.entries(lineage.fields).map(([name, field]) => ({
    name,
    type: types.get(name) ?? null,
    expression: field.transformationDescription ?? null,
    inputs: inputs(field.inputFields),
    unresolved: [...(field.unresolved ?? [])],
  }))
  const decidedBy = inputs(lineage.dataset)
  // A step writes several tables, and not each of them from all that it reads.
  const takesPart = new Set([
    version.name,
    ...[...columns.flatMap((column) => column.inputs), ...decidedBy].map((input) => input.table),
  ])
  const from = event.inputs.map((input) => ({ name: nameOf(input) ?? idOf(input), version: versionOf(input) }))
  return {
    ...untoldNode(version),
    dataset: { namespace: output.namespace, name: output.name },
    rows: facetOf<{ rowCount?: number }>(output, 'dataQualityMetrics')?.rowCount ?? null,
    made_by: {
      ...makerOf(version),
      kind: kindOf(event),
      step: event.job.name.split('.').at(-1) ?? null,
      ...query(event, version.name),
    },
    from: takesPart.size > 1 ? from.filter((input) => takesPart.has(input.name)) : from,
    columns,
    decided_by: decidedBy,
    unresolved: [...(lineage.unresolved ?? [])],
  }
}

function untoldNode(version: TableVersion): LineageNode {
  const { name, doc, snapshotId } = version
  const said = `No lineage was written for the batch ${version.batchAt}, which made this version.`
  return {
    name,
    kind: 'table',
    doc,
    dataset: null,
    version: snapshotId,
    rows: null,
    made_by: makerOf(version),
    from: [],
    columns: [],
    decided_by: [],
    unresolved: [said],
  }
}

function makerOf({ batchAt, run, codeVersion }: TableVersion): Maker {
  return { batch_at: batchAt, run, code_version: codeVersion, kind: null, step: null, query: null, file: null }
}

function kindOf(event: LineageEvent): string | null {
  const { tags } = event.run.facets as { tags?: { tags: { key: string; value: string }[] } }
  return tags?.tags.find((tag) => tag.key === 'blotter.kind')?.value ?? null
}

type QueryOf = (event: LineageEvent, table: string) => Pick<Maker, 'query' | 'file'>

/** Rows that land were asked for by the extract step; all other tables are made by the SQL of their own. */
function queryOf(events: readonly LineageEvent[]): QueryOf {
  const extract = events.findLast((event) => event.job.name.endsWith('.extract'))
  return (event, table) => {
    const asker = event.job.name.endsWith('.land') ? (extract ?? event) : event
    const { sql, sourceCodeLocation } = asker.job.facets as {
      sql?: { query?: string }
      sourceCodeLocation?: { path?: string }
    }
    const own = statementOf(sql?.query ?? '', table)
    return own ? { query: own.sql, file: own.file } : { query: sql?.query ?? null, file: sourceCodeLocation?.path ?? null }
  }
}

function outsideNode(input: EventDataset): LineageNode | undefined {
  const name = nameOf(input)
  if (name !== undefined && !name.startsWith('reference.')) return undefined
  const fields = facetOf<{ fields: { name: string; type?: string }[] }>(input, 'schema')?.fields ?? []
  return {
    name: name ?? idOf(input),
    kind: name === undefined ? 'source' : 'reference',
    doc: '',
    dataset: { namespace: input.namespace, name: input.name },
    version: versionOf(input),
    rows: null,
    made_by: null,
    from: [],
    columns: fields.map((field) => ({
      name: field.name,
      type: field.type ?? null,
      expression: null,
      inputs: [],
      unresolved: [],
    })),
    decided_by: [],
    unresolved: [],
  }
}

interface InputField extends Dataset {
  field: string
  transformations?: { type: string; subtype?: string }[]
}

interface ColumnLineageFacet {
  fields: Record<string, { inputFields: InputField[]; transformationDescription?: string; unresolved?: string[] }>
  dataset?: InputField[]
  unresolved?: string[]
}

function namesIn(events: readonly LineageEvent[]): Map<string, string> {
  const datasets = events.flatMap((event) => [...event.inputs, ...event.outputs])
  return new Map(
    datasets.flatMap((dataset) => {
      const name = nameOf(dataset)
      return name === undefined ? [] : [[keyOf(dataset), name] as const]
    }),
  )
}

/** The name under which SQL reads a dataset. */
function nameOf(dataset: EventDataset): string | undefined {
  return facetOf<{ identifiers: { name: string }[] }>(dataset, 'symlinks')?.identifiers[0]?.name
}

function versionOf(dataset: EventDataset): string | null {
  return facetOf<{ datasetVersion: string }>(dataset, 'version')?.datasetVersion ?? null
}

function facetOf<T>(dataset: EventDataset, name: string): T | undefined {
  return dataset.facets?.[name] as T | undefined
}

function keyOf({ namespace, name }: Dataset): string {
  return JSON.stringify([namespace, name])
}

/** A dataset in one word: `mysql://db:3306/chicago.crimes`, `file:/data/crimes.csv`. */
function idOf({ namespace, name }: Dataset): string {
  return namespace === 'file' ? `file:${name}` : `${namespace}/${name}`
}
