"""Check: parts good rows from those for quarantine, and holds a batch of which too many have no key."""
from blotter_workbench import percent, present


def check(batch):
    extracted = batch.told["extract"]
    if extracted["rows"] == 0 and extracted["swept"] == 0:
        batch.hold("source_empty", f"The source {batch.job['source']} has no rows.", {"rows": 0})
    batch.open_staged("extracted")
    # Read once and kept: what follows looks at every row several times.
    batch.stage("read_rows", batch.sql("2-check/read_rows"))
    for name in ("readable", "repeated_keys"):
        batch.view(f"2-check/{name}")
    repeats = batch.count("repeated_keys") > 0
    counts = batch.one(batch.sql("2-check/counts"))
    read, readable = counts.pop("rows_read"), counts.pop("rows_readable")
    if repeats:
        batch.view("2-check/newest_contents")
        batch.stage("good", batch.sql("2-check/good.repeats"))
    else:
        batch.view("2-check/good")
    batch.stage("bad", batch.sql(f"2-check/bad{'.repeats' if repeats else ''}").coalesce(1))
    by_rule = {row[0]: row[1] for row in batch.spark.sql("SELECT rule, count(*) FROM bad GROUP BY rule").collect()}
    good, bad = batch.count("good") if repeats else readable, sum(by_rule.values())
    collapsed = readable - good - by_rule.get("duplicate_key", 0)
    if read != extracted["rows"] or read != good + bad + collapsed or collapsed < 0:
        raise RuntimeError(f"rows_disagree: {read} rows were read, {good} are good, {bad} quarantined, {collapsed} repeats")
    guard_keys(batch, by_rule.get("key_missing", 0), read)
    columns = batch.job["columns"]
    warnings = {
        **(batch.one(batch.sql("2-check/warnings")) if batch.job["has_warnings"] else {}),
        "missing_column": len(columns["missing"]),
        "unknown_column": len(columns["unknown"]),
    }
    return {
        "read": read,
        "good": {"rows": good},
        "quarantine": {"rows": bad, "byRule": by_rule},
        "collapsed": collapsed,
        "repairs": present(counts),
        "warnings": present(warnings),
        "columns": columns,
    }


def guard_keys(batch, keyless, read):
    everything = max(read, batch.told["extract"]["swept"] + keyless)
    limit = batch.job["guards"]["keyless_max"]
    if keyless > limit * everything:
        text = f"{keyless} of {everything} rows have no key, more than {percent(limit)}."
        batch.hold("keyless", text, {"keyless": keyless, "rows": everything, "limit": limit})


def open_checked(batch):
    """Opens what check has left, in whatever application it did."""
    checked = batch.told["check"]
    if checked["collapsed"] > 0 or "duplicate_key" in checked["quarantine"]["byRule"]:
        batch.open_staged("good")
    else:
        batch.open_staged("read_rows")
        for name in ("readable", "good"):
            batch.view(f"2-check/{name}")
    batch.open_staged("bad")
    batch.view("bad_keys", "2-check/bad_keys")
