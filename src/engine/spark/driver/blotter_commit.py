"""Commit and publish: looks at what stands on the branches before anybody else does, writes the row of the batch, moves mains."""
import json

from blotter_land import open_landed


def commit(batch):
    job, extracted, checked, landed = batch.job, batch.told["extract"], batch.told["check"], batch.told["land"]
    open_landed(batch)
    key, raw = f'"{job["key"]}"', batch.tables.on_branch(job["raw"])
    rows, keys = batch.spark.sql(f"SELECT count(*), count(DISTINCT {key}) FROM {raw}").first()
    if rows != landed["after"] or keys != rows:
        raise RuntimeError(f"rows_disagree: the raw table should hold {landed['after']} incidents, has {rows} rows of {keys}")
    report = {"repairs": checked["repairs"], "warnings": checked["warnings"], "changes": landed["counts"]}
    properties = {
        "report": json.dumps(report, separators=(",", ":")),
        "source-columns": job["source_columns"],
        "source": job["source"],
    }
    counts = {f"changes_{kind}": landed["counts"].get(kind, 0) for kind in job["kinds"]}
    rows_of = {
        "read": checked["read"],
        "landed": landed["landed"],
        "unchanged": landed["unchanged"],
        "quarantined": checked["quarantine"]["rows"],
        "swept": extracted["swept"],
    }
    if rows_of["read"] != rows_of["landed"] + rows_of["unchanged"] + rows_of["quarantined"]:
        raise RuntimeError(f"rows_disagree: read is not landed + unchanged + quarantined: {rows_of}")
    numbers = {f"rows_{name}": n for name, n in rows_of.items()}
    kind = extracted["mode"]
    batch.tables.begin_branch(job["batches"])
    batch.write(job["batches"], "6-commit/batch", properties, kind=kind, rows=rows, **numbers, **counts)
    return {"kind": kind, "rows": rows_of, "tables": [audited(batch, name) for name in job["tables"]]}


def audited(batch, name):
    snapshot = batch.tables.branch_head(name)
    totals = snapshot.summary()
    # Only deletes have to be counted: a row of a file may be hidden more than once.
    hidden = [totals.get(f"total-{kind}-deletes") for kind in ("position", "equality")]
    rows = int(totals["total-records"]) if hidden == ["0", "0"] else batch.count(batch.tables.on_branch(name))
    return {"name": name, "snapshot_id": str(snapshot.snapshotId()), "rows": rows}


def publish(batch):
    batch.tables.move_mains(batch.tables.branch, batch.work["batch_at"])
    batch.drop_staged()
    return {"batch_at": batch.work["batch_at"]}
