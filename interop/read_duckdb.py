"""Every table of a lake at each of its tags, as DuckDB's own Iceberg extension reads it; a JSON line each, as fingerprint.py
describes. DuckDB knows no tags, so that the snapshot of one is looked up here, in the metadata that the catalog names.

usage: python read_duckdb.py LAKE
"""
import json
import pathlib
import sqlite3
import sys

import duckdb
import duckdb_extension_avro
import duckdb_extension_iceberg
from fingerprint import fingerprint

lake = sys.argv[1]
engine = duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})
for package in (duckdb_extension_avro, duckdb_extension_iceberg):
    (extension,) = pathlib.Path(package.__path__[0]).rglob("*.duckdb_extension")
    engine.load_extension(str(extension))
engine.execute("SET TimeZone = 'UTC'")

with sqlite3.connect(f"{lake}/catalog.sqlite") as catalog:
    tables = catalog.execute(
        "SELECT table_namespace || '.' || table_name, metadata_location FROM iceberg_tables ORDER BY 1"
    ).fetchall()
for table, location in tables:
    path = location.removeprefix("file://")
    references = json.loads(pathlib.Path(path).read_text())["refs"]
    for tag, reference in sorted(references.items()):
        if reference["type"] != "tag":
            continue
        scan = f"SELECT * FROM iceberg_scan('{path}', snapshot_from_id = {reference['snapshot-id']}::UBIGINT)"
        rows = engine.execute(scan).to_arrow_table()
        print(json.dumps({"table": table, "tag": tag, **fingerprint(rows)}))
