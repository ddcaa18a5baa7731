import type { Engine } from '../../engine/engine.ts'
import type { Stage } from '../../source/source.ts'

/** What a source leaves its rows behind with: the engine, and the folder that staged files go to. */
export function stageOf(engine: Engine, folder: string): Stage {
  const { rows, run, writeParquet, chunkWriter, columnSink } = engine
  return { folder, rows, run, writeParquet, chunkWriter, columnSink }
}
