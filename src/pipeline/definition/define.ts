import type { DemoDefinition, RawDefinition, SourceDefinition } from '../../model/pipeline.ts'

/** What `pipeline.ts` says of a pipeline beside its files: its title, and where its synthetic incidents come from. */
export interface PipelineHead {
  title: string
  demo?: DemoDefinition
}

/** Types `pipeline.ts`; its default export is the result. */
export function definePipeline(head: PipelineHead): PipelineHead {
  return head
}

/** Types `0-source.ts`; its default export is the result. */
export function defineSource(source: SourceDefinition): SourceDefinition {
  return source
}

/** Types `1-raw/NAME.ts`; its default export is the result. */
export function defineRaw(raw: RawDefinition): RawDefinition {
  return raw
}
