"""A lake through its REST catalog, as pyiceberg reads it: every table at each of its tags, a JSON line each, as fingerprint.py
describes. Then a table of its own is made, appended to, changed and tagged, and read in the same way.

usage: BLOTTER_TOKEN=… python rest_pyiceberg.py URL
"""
import datetime
import json
import os
import sys

import pyarrow as pa
from fingerprint import fingerprint
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.exceptions import ForbiddenError, NoSuchTableError
from pyiceberg.transforms import DayTransform
from pyiceberg.types import DoubleType


def tell(identifier, tag, rows):
    print(json.dumps({"table": ".".join(identifier), "tag": tag, **fingerprint(rows)}))


def refused(error, work):
    try:
        work()
    except error:
        return
    raise SystemExit(f"expected {error.__name__}")


catalog = RestCatalog("blotter", uri=sys.argv[1], token=os.environ["BLOTTER_TOKEN"])
for namespace in sorted(catalog.list_namespaces()):
    for identifier in sorted(catalog.list_tables(namespace)):
        table = catalog.load_table(identifier)
        for name, ref in sorted(table.metadata.refs.items()):
            if ref.snapshot_ref_type == "tag":
                tell(identifier, name, table.scan(snapshot_id=ref.snapshot_id).to_arrow())

schema = pa.schema([("id", pa.int64()), ("name", pa.string()), ("at", pa.timestamp("us"))])
row = lambda id, name, day: {"id": id, "name": name, "at": datetime.datetime(2026, 11, day, 12, 30)}
rows = lambda *given: pa.Table.from_pylist(list(given), schema=schema)

catalog.create_namespace("pyiceberg")
notes = catalog.create_table("pyiceberg.first", schema, properties={"owner": "pyiceberg"})
notes.append(rows(row(1, "a", 1), row(2, "b", 1), row(3, "c", 2)))
notes.append(rows(row(4, None, 3)))
notes.manage_snapshots().create_tag(notes.current_snapshot().snapshot_id, "four").commit()
notes.manage_snapshots().create_branch(notes.current_snapshot().snapshot_id, "side").commit()
notes.delete("id = 2")
notes.overwrite(rows(row(9, "z", 4)), overwrite_filter="id = 1")
with notes.update_spec() as spec:
    spec.add_field("at", DayTransform(), "at_day")
with notes.update_schema() as columns:
    columns.add_column("more", DoubleType())
with notes.transaction() as transaction:
    transaction.set_properties(checked="yes")
    transaction.append(pa.Table.from_pylist([{"id": 10, "name": "p", "at": datetime.datetime(2026, 12, 1), "more": 1.5}]))
with catalog.create_table_transaction("pyiceberg.at_once", schema) as transaction:
    transaction.append(rows(row(1, "a", 1)))
catalog.rename_table("pyiceberg.first", "pyiceberg.notes")
catalog.drop_table("pyiceberg.at_once", purge_requested=True)
refused(NoSuchTableError, lambda: catalog.load_table("pyiceberg.at_once"))
raw = catalog.load_table("raw.crimes")
refused(ForbiddenError, lambda: raw.append(raw.scan(limit=1).to_arrow()))

notes = catalog.load_table("pyiceberg.notes")
tell(("pyiceberg", "notes"), "main", notes.scan().to_arrow())
tell(("pyiceberg", "notes"), "four", notes.scan(snapshot_id=notes.metadata.refs["four"].snapshot_id).to_arrow())
