// Loaded into a run with `--import`: the run's event loop stands still for BLOTTER_TEST_BLOCK_MS while its first file is
// written, so that no timer of it fires and nothing of it can be told. Other commands are left alone.
if (process.argv.includes('run')) {
  const { DuckDBConnection } = await import('@duckdb/node-api')
  const copy = DuckDBConnection.prototype.runAndReadAll
  let left = 1
  DuckDBConnection.prototype.runAndReadAll = function (sql, ...rest) {
    if (sql.startsWith('COPY') && left-- === 1) {
      process.stderr.write('blocked\n')
      const until = performance.now() + Number(process.env.BLOTTER_TEST_BLOCK_MS)
      while (performance.now() < until);
    }
    return copy.call(this, sql, ...rest)
  }
}
