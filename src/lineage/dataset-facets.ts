import type { Field, Type } from '../model/schema.ts'
import type { TableLineage } from './column-lineage.ts'
import type { Dataset } from './dataset-name.ts'
import type { EventDataset } from './event.ts'
import type { Facets, MakeFacet } from './facets.ts'
import type { DatasetFacts, InputFacts, OutputFacts, RunFacts, Size } from './run-facts.ts'
import { type Flow, type FlowKind, isDirect } from './sql/origin.ts'

/** A dataset that a step read: how many rows, and the checks that they were held to. */
export function inputDataset(input: InputFacts, facts: RunFacts, facet: MakeFacet): EventDataset {
  const inputFacets: Facets = {
    ...(input.read ? { inputStatistics: facet('inputStatistics', sizeOf(input.read)) } : {}),
    ...(input.checks ? { dataQualityAssertions: facet('dataQualityAssertions', { assertions: input.checks }) } : {}),
    ...(input.checks && input.read
      ? { dataQualityMetrics: facet('inputDataQualityMetrics', { rowCount: input.read.rows, columnMetrics: {} }) }
      : {}),
  }
  return { ...input.dataset, facets: datasetFacets(input, facts, facet), inputFacets }
}

/** A table that a step wrote; `known` are the datasets that its columns may come from. */
export function outputDataset(
  output: OutputFacts,
  known: readonly DatasetFacts[],
  facts: RunFacts,
  facet: MakeFacet,
): EventDataset {
  const { total, change, lineage } = output
  const datasets = new Map(known.map((one) => [one.table, one.dataset]))
  return {
    ...output.dataset,
    facets: {
      ...datasetFacets(output, facts, facet),
      columnLineage: facet('columnLineage', columnLineage(lineage, datasets)),
      dataQualityMetrics: facet('dataQualityMetrics', {
        rowCount: total.rows,
        ...(total.sizeBytes === undefined ? {} : { bytes: total.sizeBytes }),
        ...(total.files === undefined ? {} : { fileCount: total.files }),
        columnMetrics: {},
      }),
      ...(change ? { lifecycleStateChange: facet('lifecycleStateChange', { lifecycleStateChange: change }) } : {}),
    },
    outputFacets: { outputStatistics: facet('outputStatistics', sizeOf(output.written)) },
  }
}

function sizeOf({ rows, sizeBytes, files }: Size): Record<string, unknown> {
  return {
    rowCount: rows,
    ...(sizeBytes === undefined ? {} : { size: sizeBytes }),
    ...(files === undefined ? {} : { fileCount: files }),
  }
}

function datasetFacets(one: DatasetFacts, facts: RunFacts, facet: MakeFacet): Facets {
  return {
    ...(one.columns.length > 0 ? { schema: facet('schema', { fields: one.columns.map(schemaField) }) } : {}),
    datasetType: facet('datasetType', { datasetType: one.type }),
    ...(one.doc
      ? { documentation: facet('datasetDocumentation', { description: one.doc, contentType: 'text/plain' }) }
      : {}),
    ...(one.version === undefined ? {} : { version: facet('version', { datasetVersion: one.version }) }),
    ...(one.of === 'lake' ? lakeFacets(one, facts, facet) : { dataSource: dataSource(one.dataset, facet) }),
    // The name under which SQL reads it.
    ...(one.of === 'source' ? {} : { symlinks: symlinks(one, facts, facet) }),
  }
}

function lakeFacets(one: DatasetFacts, { lake }: RunFacts, facet: MakeFacet): Facets {
  const isFolder = lake.location.startsWith('file:')
  return {
    storage: facet('storage', { storageLayer: 'iceberg', fileFormat: 'parquet' }),
    catalog: facet('catalog', {
      framework: 'iceberg',
      type: 'jdbc',
      name: lake.catalog,
      ...(isFolder ? { metadataUri: `jdbc:sqlite:${lake.location.replace(/^file:(?:\/\/)?/, '')}/catalog.sqlite` } : {}),
      warehouseUri: lake.location,
      source: 'blotter',
    }),
  }
}

function symlinks(one: DatasetFacts, { lake }: RunFacts, facet: MakeFacet) {
  return facet('symlinks', { identifiers: [{ namespace: lake.location, name: one.table, type: 'TABLE' }] })
}

function dataSource({ namespace, name }: Dataset, facet: MakeFacet) {
  const uri = namespace === 'file' ? `file://${encodeURI(name)}` : namespace
  return facet('dataSource', { name: namespace, uri })
}

type SchemaField = { name: string; type: string; description?: string; fields?: SchemaField[] }

function schemaField(column: { name: string; type: Type | string; doc?: string }): SchemaField {
  const { name, type, doc } = column
  const described = { name, type: typeof type === 'string' ? type : type.type, ...(doc ? { description: doc } : {}) }
  if (typeof type === 'string') return described
  if (type.type === 'struct') return { ...described, fields: type.fields.map((field: Field) => schemaField(field)) }
  const parts: [string, Type][] =
    type.type === 'map'
      ? [
          ['key', type.key],
          ['value', type.value],
        ]
      : [['element', type.element]]
  return { ...described, fields: parts.map(([part, inner]) => schemaField({ name: part, type: inner })) }
}

interface InputField extends Dataset {
  field: string
  transformations: { type: 'DIRECT' | 'INDIRECT'; subtype: FlowKind }[]
}

/**
 * The facet's content. A column without `inputFields` comes from none: it is a constant, a parameter or a count. One that
 * could not be followed has `unresolved` beside what could be, in words.
 */
function columnLineage(lineage: TableLineage, datasets: ReadonlyMap<string, Dataset>): Record<string, unknown> {
  const fields = lineage.columns.map(({ name, inputs, unresolved, expression }) => [
    name,
    {
      inputFields: inputFields(inputs, datasets),
      ...(expression === undefined ? {} : { transformationDescription: expression }),
      ...(unresolved.length > 0 ? { unresolved } : {}),
    },
  ])
  const rows = inputFields(lineage.rows, datasets)
  return {
    fields: Object.fromEntries(fields) as Record<string, unknown>,
    ...(rows.length > 0 ? { dataset: rows } : {}),
    ...(lineage.unresolved.length > 0 ? { unresolved: lineage.unresolved } : {}),
  }
}

/** One entry for each input column, with every way in which it takes part. */
function inputFields(flows: readonly Flow[], datasets: ReadonlyMap<string, Dataset>): InputField[] {
  const fields = new Map<string, InputField>()
  for (const { table, column, kind } of flows) {
    const dataset = datasets.get(table) ?? { namespace: 'unknown', name: table }
    const key = JSON.stringify([table, column])
    const field = fields.get(key) ?? { namespace: dataset.namespace, name: dataset.name, field: column, transformations: [] }
    field.transformations.push({ type: isDirect(kind) ? 'DIRECT' : 'INDIRECT', subtype: kind })
    fields.set(key, field)
  }
  return [...fields.values()]
}
