import type { ChunkWriter, ColumnSink } from '../engine.ts'
import { ValueLayer } from './lay-values.ts'

/** What a file of long rows takes: the engine holds all of them, since they are fewer than a row group. */
const LONG_ROWS_BYTES = 8 << 20

/**
 * Lays values out in blocks of a sink, one after the other. A row that is longer than a block begins another file, with
 * blocks that take it.
 */
export function createChunkWriter(
  openSink: (file: number, heapBytes?: number) => ColumnSink,
  types: readonly string[],
): ChunkWriter {
  const files: string[] = []
  let rows = 0
  let sink: ColumnSink | undefined
  let layer: ValueLayer | undefined
  /** Bytes of texts in a file of long rows, undefined in any other. */
  let longBytes: number | undefined

  const layerOf = async (open: ColumnSink): Promise<ValueLayer> =>
    (layer ??= new ValueLayer(types, open.layout, await open.take()))
  const handOver = (): void => {
    if (!layer || layer.rows === 0) return
    sink!.put(layer.rows, layer.heapUsedBytes, layer.nulls)
    if (longBytes !== undefined) longBytes += layer.heapUsedBytes
    layer = undefined
  }
  const closeFile = async (): Promise<void> => {
    handOver()
    const closing = sink ?? openSink(files.length + 1)
    sink = layer = longBytes = undefined
    const written = await closing.finish()
    files.push(...written.files)
    rows += written.rows
  }

  return {
    async write(columns) {
      const length = columns[0]?.length ?? 0
      for (let from = 0; from < length;) {
        const open = await layerOf((sink ??= openSink(files.length + 1)))
        const laid = open.lay(columns, from, length - from)
        from += laid
        if (open.isFull) handOver()
        if (laid === 0 && open.rows === 0) {
          await closeFile()
          sink = openSink(files.length + 1, ValueLayer.heapBytes(columns, from))
          longBytes = 0
        }
        if (longBytes !== undefined && longBytes >= LONG_ROWS_BYTES) await closeFile()
      }
    },
    async finish() {
      if (sink || files.length === 0) await closeFile()
      return { files, rows }
    },
    async abandon() {
      await sink?.abandon()
    },
  }
}
