/** A facet of an OpenLineage event. */
export type Facet = Readonly<Record<string, unknown>>
export type Facets = Readonly<Record<string, Facet>>

/** The version of each facet's schema that Blotter writes, and the name of the schema. */
const SCHEMAS = {
  catalog: ['1-1-0', 'CatalogDatasetFacet'],
  columnLineage: ['1-2-0', 'ColumnLineageDatasetFacet'],
  dataQualityAssertions: ['1-1-0', 'DataQualityAssertionsDatasetFacet'],
  dataQualityMetrics: ['1-0-0', 'DataQualityMetricsDatasetFacet'],
  inputDataQualityMetrics: ['1-0-3', 'DataQualityMetricsInputDatasetFacet'],
  dataSource: ['1-0-1', 'DatasourceDatasetFacet'],
  datasetType: ['1-0-1', 'DatasetTypeDatasetFacet'],
  datasetDocumentation: ['1-1-0', 'DocumentationDatasetFacet'],
  documentation: ['1-1-0', 'DocumentationJobFacet'],
  errorMessage: ['1-0-1', 'ErrorMessageRunFacet'],
  inputStatistics: ['1-0-0', 'InputStatisticsInputDatasetFacet'],
  jobType: ['2-0-4', 'JobTypeJobFacet'],
  lifecycleStateChange: ['1-0-1', 'LifecycleStateChangeDatasetFacet'],
  nominalTime: ['1-0-1', 'NominalTimeRunFacet'],
  outputStatistics: ['1-0-2', 'OutputStatisticsOutputDatasetFacet'],
  parent: ['1-2-0', 'ParentRunFacet'],
  processing_engine: ['1-1-1', 'ProcessingEngineRunFacet'],
  schema: ['1-2-0', 'SchemaDatasetFacet'],
  sourceCodeLocation: ['1-1-0', 'SourceCodeLocationJobFacet'],
  sql: ['1-1-0', 'SQLJobFacet'],
  storage: ['1-0-1', 'StorageDatasetFacet'],
  symlinks: ['1-0-1', 'SymlinksDatasetFacet'],
  tags: ['1-0-0', 'TagsRunFacet'],
  version: ['1-0-1', 'DatasetVersionDatasetFacet'],
} as const

export const SPECIFICATION = 'https://openlineage.io/spec'
export const EVENT_SCHEMA = `${SPECIFICATION}/2-0-2/OpenLineage.json#/$defs/RunEvent`

export type FacetSchema = keyof typeof SCHEMAS

export type MakeFacet = (schema: FacetSchema, content: Record<string, unknown>) => Facet

/** Makes facets of one producer. */
export function facetsOf(producer: string): MakeFacet {
  return (schema, content) => {
    const [version, name] = SCHEMAS[schema]
    return { _producer: producer, _schemaURL: `${SPECIFICATION}/facets/${version}/${name}.json#/$defs/${name}`, ...content }
  }
}
