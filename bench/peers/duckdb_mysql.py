"""DuckDB's own mysql extension: duckdb_mysql.py OUT THREADS."""

import glob
import os
import sys

import duckdb

out, threads = sys.argv[1:3]
host, port, user, password, database = (os.environ[f"MYSQL_{name}"] for name in ("HOST", "PORT", "USER", "PASSWORD", "DATABASE"))
extension = glob.glob(f"{sys.prefix}/lib/python3*/site-packages/**/mysql_scanner.duckdb_extension", recursive=True)[0]
connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
connection.execute(f"LOAD '{extension}'")
connection.execute(f"SET threads = {threads}")
where = f"host={host} port={port} user={user} password={password} database={database} compression=disabled"
connection.execute(f"ATTACH '{where}' AS source (TYPE mysql, READ_ONLY)")
options = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION v2, ROW_GROUP_SIZE 122880"
connection.execute(f"COPY (SELECT * FROM source.crimes) TO '{out}/crimes.parquet' ({options})")
