import type { DuckDBDataChunk } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'

/** The columns of a chunk, all of them UINTEGER without NULL, as they lie in DuckDB's vectors: valid until the next chunk. */
export function numbersOf(chunk: DuckDBDataChunk): Uint32Array[] {
  return Array.from({ length: chunk.columnCount }, (_, i) => {
    const bytes = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk.chunk, i), chunk.rowCount * 4)
    return new Uint32Array(bytes.buffer, bytes.byteOffset, chunk.rowCount)
  })
}
