"""The same rows give the same fingerprint, whoever read them and in whatever order they came.

Every reader hands over an Arrow table or rows of Python's values; only here are values turned into text, so that no two
readers can differ in how they write a number. The fingerprint is the sum of the rows' SHA-256, modulo 2^256: a row too many
or twice changes it.
"""
import datetime
import hashlib
import struct

EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)


def fingerprint(table):
    batches = table.to_batches(max_chunksize=10_000)
    return fingerprint_rows(list(table.column_names), (row for batch in batches for row in batch.to_pylist()))


def fingerprint_rows(columns, rows):
    """Of rows as dicts by column name."""
    names = sorted(columns)
    total = count = 0
    for row in rows:
        text = "\x1e".join(canonical(row[name]) for name in names)
        total += int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
        count += 1
    return {"columns": columns, "rows": count, "hash": f"{total % 2**256:064x}"}


def canonical(value):
    """One text for each value, with its kind in front: 1, 1.0, true and '1' are four values."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return f"b{value:d}"
    if isinstance(value, int):
        return f"i{value}"
    if isinstance(value, float):
        return "d" + struct.pack(">d", value).hex()
    if isinstance(value, str):
        return "s" + value
    if isinstance(value, datetime.datetime):
        wall = value.replace(tzinfo=None) if value.tzinfo is None else value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return f"{'t' if value.tzinfo is None else 'z'}{(wall - EPOCH) // MICROSECOND}"
    if isinstance(value, datetime.date):
        return f"y{value.isoformat()}"
    if isinstance(value, (list, tuple)):
        return "[" + "\x1f".join(canonical(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + "\x1f".join(f"{name}={canonical(value[name])}" for name in sorted(value)) + "}"
    raise TypeError(f"no canonical text for {type(value).__name__}")
