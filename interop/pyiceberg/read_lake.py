"""Reads every table of a lake at every tag with pyiceberg, and prints what it saw as JSON.

    python read_lake.py LAKE [TABLE ...]

    {"raw.crimes": {"main": {"rows": 10, "sums": {"id": "55", "block": "9f…", …}}, "2026-07-01T06:00:00Z": {…}}}

A column's sum is exact and does not depend on the order of rows: whole numbers and booleans are added up, timestamps and
dates as microseconds or days, doubles as the sum of their bits modulo 2^64, texts as the sum of the first 8 bytes of each
value's MD5 modulo 2^64, lists and structs as the text of their JSON. NULL adds nothing, and is counted under "nulls".
"""

import hashlib
import json
import struct
import sys
from datetime import date, datetime, timezone
from pathlib import Path

from pyiceberg.catalog.sql import SqlCatalog

EPOCH = datetime(1970, 1, 1)


def text_sum(text: str) -> int:
    return int.from_bytes(hashlib.md5(text.encode()).digest()[:8], "big")


def plain(value):
    """A nested value as JSON can hold it; wall clocks and instants as `YYYY-MM-DD HH:MM:SS.ffffff`."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    return value


def number(value) -> int:
    if isinstance(value, (bool, int)):
        return int(value)
    if isinstance(value, float):
        return int.from_bytes(struct.pack("<d", value), "little")
    if isinstance(value, datetime):
        wall = value.astimezone(timezone.utc).replace(tzinfo=None) if value.tzinfo else value
        span = wall - EPOCH
        return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds
    if isinstance(value, date):
        return (value - EPOCH.date()).days
    if isinstance(value, str):
        return text_sum(value)
    return text_sum(json.dumps(plain(value), ensure_ascii=False, separators=(",", ":")))


def total(values: list) -> str:
    known = [number(value) for value in values if value is not None]
    wraps = any(isinstance(value, (float, str, dict, list)) for value in values)
    return str(sum(known) % 2**64 if wraps else sum(known))


def read(table, reference: str) -> dict:
    # In batches: a table of the whole city does not fit as Python objects at once.
    rows, sums, nulls = 0, {}, {}
    for batch in table.scan().use_ref(reference).to_arrow_batch_reader():
        rows += batch.num_rows
        for name, column in zip(batch.schema.names, batch.columns):
            values = column.to_pylist()
            sums.setdefault(name, []).append(total(values))
            nulls[name] = nulls.get(name, 0) + column.null_count
    schema = table.scan().use_ref(reference).projection()
    types = {field.name: field.field_type for field in schema.fields}
    merged = {}
    for name, parts in sums.items():
        whole = sum(map(int, parts))
        wraps = not types[name].is_primitive or str(types[name]) in ("double", "float", "string")
        merged[name] = str(whole % 2**64 if wraps else whole)
    return {"rows": rows, "sums": merged, "nulls": {name: count for name, count in nulls.items() if count}}


def main() -> None:
    lake = Path(sys.argv[1]).resolve()
    wanted = set(sys.argv[2:])
    catalog = SqlCatalog("blotter", uri=f"sqlite:///{lake}/catalog.sqlite", init_catalog_tables="false")
    seen = {}
    for namespace in catalog.list_namespaces():
        for identifier in catalog.list_tables(namespace):
            name = ".".join(identifier)
            if wanted and name not in wanted:
                continue
            table = catalog.load_table(identifier)
            seen[name] = {reference: read(table, reference) for reference in sorted(table.metadata.refs)}
    json.dump(seen, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
