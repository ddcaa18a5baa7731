"""Land: compares good rows with the raw table, and writes what differs to it, to the ledger and to quarantine."""
from blotter_check import open_checked
from blotter_workbench import percent, present


def land(batch):
    job, extracted, checked = batch.job, batch.told["extract"], batch.told["check"]
    open_checked(batch)
    for name in job["tables"]:
        batch.tables.begin_branch(name)
    batch.view("current", "3-land/current")
    before = 0 if extracted["first"] else batch.count("current")
    counts = {}
    if extracted["first"]:
        batch.view("landed", "3-land/landed_first")
        landed, hidden = checked["good"]["rows"], 0
        counts = present({"new": landed})
        batch.write(job["raw"], "3-land/raw.insert")
    else:
        counts, landed, hidden = compare(batch, before)
        if counts:
            batch.write(job["raw"], "3-land/raw.merge")
        if any(kind != "restamped" for kind in counts):
            batch.write(job["changes"], "3-land/changes")
    if checked["quarantine"]["rows"] > 0 and has_new_bad_rows(batch):
        batch.write(job["quarantine"], "3-land/quarantine")
    unchanged = checked["collapsed"] + checked["good"]["rows"] - landed
    after = before + landed - hidden
    return {"counts": counts, "landed": landed, "unchanged": unchanged, "before": before, "after": after, "held": 0}


def compare(batch, before):
    """Changes by kind, rows that bring a new version, and rows of which one is hidden."""
    if batch.told["extract"]["mode"] == "incremental":
        batch.open_staged("vanished")
    else:
        batch.view("vanished", "3-land/vanished")
    batch.view("once_vanished", "3-land/once_vanished")
    batch.stage("changed", batch.sql("3-land/changed"))
    batch.view("landed", "3-land/landed")
    rows = batch.spark.sql("SELECT kind, count(*) FROM (SELECT explode(kinds) AS kind FROM changed) GROUP BY kind").collect()
    found = {row[0]: row[1] for row in rows}
    counts = {kind: found[kind] for kind in batch.job["kinds"] if kind in found}
    vanished, limit = counts.get("vanished", 0), batch.job["guards"]["vanished_max"]
    if vanished > limit * before:
        text = f"{vanished} of {before} incidents are gone from the source, more than {percent(limit)}."
        batch.hold("vanished", text, {"vanished": vanished, "before": before, "limit": limit})
    return counts, batch.count("changed", "after IS NOT NULL"), batch.count("changed", "before IS NOT NULL")


def has_new_bad_rows(batch):
    columns = ", ".join(f'"{name}"' for name in batch.spark.table("bad").columns)
    known = f"SELECT {columns} FROM blotter.{batch.job['quarantine']}"
    return batch.count(f"(SELECT {columns} FROM bad EXCEPT ALL {known})") > 0


def open_landed(batch):
    """Opens what check and land have left, in whatever application they did."""
    open_checked(batch)
    if batch.told["extract"]["first"]:
        batch.view("landed", "3-land/landed_first")
    else:
        batch.open_staged("changed")
        batch.view("landed", "3-land/landed")
