/** What a pipeline may import. */
export { definePipeline, defineRaw, defineSource } from './pipeline/definition/define.ts'
export type { DemoChunk, DemoDefinition, KindRule, RawDefinition, SourceColumn, SourceDefinition } from './model/pipeline.ts'
