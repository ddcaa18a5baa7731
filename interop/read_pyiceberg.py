"""Every table of a lake at each of its tags, as pyiceberg reads it; a JSON line each, as fingerprint.py describes.

usage: python read_pyiceberg.py LAKE
"""
import json
import sys

from fingerprint import fingerprint
from pyiceberg.catalog.sql import SqlCatalog

lake = sys.argv[1]
catalog = SqlCatalog("blotter", uri=f"sqlite:///{lake}/catalog.sqlite", warehouse=f"file://{lake}")
for namespace in sorted(catalog.list_namespaces()):
    for identifier in sorted(catalog.list_tables(namespace)):
        table = catalog.load_table(identifier)
        tags = {name: ref.snapshot_id for name, ref in table.metadata.refs.items() if ref.snapshot_ref_type == "tag"}
        for tag, snapshot_id in sorted(tags.items()):
            rows = table.scan(snapshot_id=snapshot_id).to_arrow()
            print(json.dumps({"table": ".".join(identifier), "tag": tag, **fingerprint(rows)}))
