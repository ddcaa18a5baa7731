import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

export interface DuckDbOptions {
  /** Upper limit of DuckDB's own memory in bytes; beyond it DuckDB spills into `spillFolder`. */
  memoryBytes: number
  spillFolder: string
  /** Default 2. */
  threads?: number
}

/** An empty database in memory that reads nothing but files and downloads nothing, with a connection to it. */
export async function openInstance(
  options: DuckDbOptions,
): Promise<{ instance: DuckDBInstance; connection: DuckDBConnection }> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.floor(options.memoryBytes / 1024)}KiB`,
    temp_directory: options.spillFolder,
    threads: String(options.threads ?? 2),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // A staged file may be written anew under its name by a second attempt; bytes of the first must never be read for it.
    enable_external_file_cache: 'false',
  })
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  return { instance, connection }
}
