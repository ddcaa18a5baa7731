"""Parquet files that Blotter wrote for a query; a JSON line each, as fingerprint.py describes.

usage: python read_parquet.py FILE...
"""
import json
import sys

import pyarrow.parquet
from fingerprint import fingerprint

for path in sys.argv[1:]:
    print(json.dumps({"file": path, **fingerprint(pyarrow.parquet.read_table(path))}))
