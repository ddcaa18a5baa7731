"""Tables of a lake at tags, as a Trino that is running reads them; a JSON line each, as fingerprint.py describes. A table without
a tag is read as it is now, and what is no table is a statement to be run.

usage: python read_trino.py PORT TABLE[@TAG]|STATEMENT...
"""
import datetime
import json
import sys

import requests
from fingerprint import fingerprint_rows

port, *references = sys.argv[1:]
HEADERS = {"X-Trino-User": "blotter", "X-Trino-Catalog": "blotter"}


def query(sql):
    """Trino's client protocol: pages until there is no next one. Columns as (name, type) and rows as dicts."""
    answer = requests.post(f"http://127.0.0.1:{port}/v1/statement", data=sql.encode(), headers=HEADERS, timeout=60).json()
    columns, rows = [], []
    while True:
        if "error" in answer:
            raise RuntimeError(f"{sql}: {answer['error']['message']}")
        columns = [(column["name"], column["typeSignature"]) for column in answer.get("columns", [])] or columns
        rows += answer.get("data", [])
        if "nextUri" not in answer:
            return columns, [{name: value(kind, one) for (name, kind), one in zip(columns, row)} for row in rows]
        answer = requests.get(answer["nextUri"], headers=HEADERS, timeout=60).json()


def value(kind, given):
    """A value of Trino's JSON as Python has it."""
    name, arguments = kind["rawType"], kind["arguments"]
    if given is None:
        return None
    if name == "double":
        return float(given)
    if name == "date":
        return datetime.date.fromisoformat(given)
    if name == "timestamp":
        return datetime.datetime.fromisoformat(given)
    if name == "timestamp with time zone":
        assert given.endswith(" UTC"), given
        return datetime.datetime.fromisoformat(given.removesuffix(" UTC")).replace(tzinfo=datetime.timezone.utc)
    if name == "array":
        return [value(arguments[0]["value"], one) for one in given]
    if name == "row":
        fields = [argument["value"] for argument in arguments]
        return {field["fieldName"]["name"]: value(field["typeSignature"], one) for field, one in zip(fields, given)}
    assert name in ("boolean", "integer", "bigint", "varchar"), name
    return given


for reference in references:
    if " " in reference:
        query(reference)
        continue
    table, _, tag = reference.partition("@")
    columns, rows = query(f"SELECT * FROM {table}" + (f" FOR VERSION AS OF '{tag}'" if tag else ""))
    print(json.dumps({"table": table, "tag": tag, **fingerprint_rows([name for name, _ in columns], rows)}))
