"""Transform and aggregate: tables that follow from others by the pipeline's own SQL."""
import csv
import io

from blotter_land import open_landed


def transform(batch):
    return derive(batch, "by-key")


def aggregate(batch):
    return derive(batch, "replace")


def derive(batch, mode):
    open_landed(batch)
    open_reference(batch)
    land, changed = batch.told["land"], []
    written = set(batch.told.get("transform", {}).get("changed", []))
    if land["landed"] or any(land["counts"].values()):
        written.add(batch.job["raw"])
    for table in (one for one in batch.job["derived"] if one["mode"] == mode):
        main = batch.tables.load(table["name"]).currentSnapshot()
        current = main is not None and main.summary().get("blotter.sql-hash") == table["hash"]
        if current and not any(name in written for name in table["reads"]):
            continue
        merges = current and mode == "by-key"
        open_reads(batch, table, merges)
        batch.view("derived", table["file"])
        batch.tables.begin_branch(table["name"])
        statement = "merge" if merges else "replace"
        batch.write(table["name"], f"{table['file']}.{statement}", {"sql-hash": table["hash"]})
        written.add(table["name"])
        changed.append(table["name"])
    return {"changed": changed}


def open_reads(batch, table, merges):
    """What a table's SQL reads: of a merge the rows that landed, else each table as it stands on the branch."""
    for name in table["reads"]:
        if merges and name == batch.job["raw"]:
            rows = f"SELECT *, timestamp_ltz '{batch.work['batch_at']}' AS batch_at FROM landed"
        else:
            rows = f"SELECT * FROM {batch.tables.on_branch(name)}"
        batch.spark.sql(rows).createOrReplaceTempView(batch.job["views"][name])


def open_reference(batch):
    for table in batch.job["reference"]:
        header, *rows = csv.reader(io.StringIO(batch.text(table["file"])))
        values = [[value or None for value in row] for row in rows if row]
        schema = ", ".join(f"`{name}` STRING" for name in header)
        batch.spark.createDataFrame(values, schema).createOrReplaceTempView(table["view"])
