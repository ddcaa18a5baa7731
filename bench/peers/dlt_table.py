"""dlt's sql_database source with its connectorx backend, into a folder of Parquet: dlt_table.py OUT."""

import os
import sys
import tempfile

out = sys.argv[1]
host, port, user, password, database = (os.environ[f"MYSQL_{name}"] for name in ("HOST", "PORT", "USER", "PASSWORD", "DATABASE"))
os.environ.update(
    RUNTIME__DLTHUB_TELEMETRY="false",
    DESTINATION__FILESYSTEM__BUCKET_URL=f"file://{out}",
    NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID="false",
)

import dlt  # noqa: E402 (it reads its settings when it is imported)
from dlt.sources.sql_database import sql_table  # noqa: E402

backend = {"return_type": "arrow_stream", "batch_size": 100_000}
table = sql_table(f"mysql+pymysql://{user}:{password}@{host}:{port}/{database}", table="crimes", backend="connectorx", backend_kwargs=backend)
with tempfile.TemporaryDirectory() as work:
    pipeline = dlt.pipeline("bench", destination="filesystem", dataset_name="city", pipelines_dir=work)
    pipeline.run(table, write_disposition="replace", loader_file_format="parquet")
