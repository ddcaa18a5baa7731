"""ConnectorX over one connection, streamed into pyarrow's writer: connectorx_stream.py OUT."""

import os
import sys

import connectorx
import pyarrow.parquet as parquet

host, port, user, password, database = (os.environ[f"MYSQL_{name}"] for name in ("HOST", "PORT", "USER", "PASSWORD", "DATABASE"))
url = f"mysql://{user}:{password}@{host}:{port}/{database}"
batches = connectorx.read_sql(url, "SELECT * FROM crimes", return_type="arrow_stream", batch_size=100_000, protocol="binary")
writer = None
for batch in batches:
    writer = writer or parquet.ParquetWriter(f"{sys.argv[1]}/crimes.parquet", batch.schema, compression="zstd", compression_level=1)
    writer.write_batch(batch)
writer.close()
