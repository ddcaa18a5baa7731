"""Makes one batch of a pipeline that Blotter has compiled: runs the SQL beside this file in its order, on a branch of every
table, and tells after each phase what it has left.

usage: spark-submit [...] blotter_batch.py FOLDER WORK.json [BATCH_AT [RUN [PHASE]]]

FOLDER holds job.json and sql/; WORK.json says where things are (README.md), and names the batch unless BATCH_AT does. PHASE does one
phase alone, the next one in another application. Credentials come from the environment: BLOTTER_SOURCE_PASSWORD,
BLOTTER_CATALOG_TOKEN. Exit codes: 0 done, 1 failed, 3 held by a guard.
"""
import csv
import io
import json
import os
import sys
import threading
import time

from blotter_tools import Held, Workbench, now, percent, present, read_text, session, tell

PHASES = ("extract", "check", "land", "transform", "aggregate", "commit", "publish")
KEYS_PER_FETCH = 2000
# Beyond so many keys, reading the whole table once by key ranges is less work than looking rows up.
MOST_KEYS_FETCHED = 200_000
# A range of keys is a file of the raw table: large enough that nobody has to join it with others.
ROWS_PER_PARTITION = 1_000_000
MOST_PARTITIONS = 64


class Batch(Workbench):
    def run(self, only=None):
        publishes = self.work.get("publish")
        if publishes and only in (None, PHASES[0]):
            self.create_tables()
            self.settle()
        if publishes and self.is_published():
            tell(phase=only or PHASES[-1], state="succeeded", output={"batch_at": self.work["batch_at"], "already_committed": True})
            return
        first = PHASES.index(only or self.work.get("from", PHASES[0]))
        last = first if only else len(PHASES) - (1 if publishes else 2)
        if only:
            self.recall(PHASES[:first])
        for phase in PHASES[first : last + 1]:
            tell(phase=phase, state="running")
            output = getattr(self, phase)()
            self.told[phase] = output
            if publishes and phase != PHASES[-1]:
                self.remember(phase, output)
            tell(phase=phase, state="succeeded", output=output)

    def extract(self):
        first = self.table(self.job["raw"]).currentSnapshot() is None
        if first or self.work["full"] or not self.job["has_cursor"]:
            self.stage("extracted", self.read_source("rows"))
            return {"mode": "full", "first": first, "rows": self.count("extracted"), "swept": 0, "engine": self.engine()}
        self.stage("swept_rows", self.read_source("keys"))
        for name in ("swept", "current_keys"):
            self.view(f"1-extract/{name}")
        self.stage("differing_keys", self.sql("1-extract/differing_keys"))
        self.stage("vanished", self.sql("1-extract/vanished"))
        self.stage("extracted", self.fetch())
        rows, swept = self.count("extracted"), self.count("swept", "key IS NOT NULL")
        return {"mode": "incremental", "first": False, "rows": rows, "swept": swept, "engine": self.engine()}

    def read_source(self, which, predicates=None):
        """Reads by key ranges, side by side; text and numbers come as they are, whatever the zone of anybody."""
        key = self.job["key"]
        query = self.text(f"sql/1-extract/{which}.mysql.sql").split("\n", 1)[1].strip()
        options = self.source_options()
        if predicates is not None:
            url = options.pop("url")
            return self.spark.read.jdbc(url, f"({query}) AS source", predicates=predicates, properties=options)

        def ask(what):
            asked = self.spark.read.format("jdbc").options(**options).option("query", f"SELECT {what}")
            return asked.load().first()

        low, high = ask(f"MIN(`{key}`) AS low, MAX(`{key}`) AS high FROM ({query}) AS source")
        reader = self.spark.read.format("jdbc").options(**options).option("dbtable", f"({query}) AS source")
        if low is None or low == high or not self.job["key_is_number"]:
            return reader.load()
        low, high = int(low), int(high)
        # How many rows there are is told by a part in the middle: to count them all takes longer the more there are.
        middle, width = (low + high) // 2, (high - low) // MOST_PARTITIONS + 1
        some = ask(f"COUNT(*) AS n FROM ({query}) AS source WHERE `{key}` BETWEEN {middle} AND {middle + width - 1}")
        wanted = max(self.spark.sparkContext.defaultParallelism, some[0] * MOST_PARTITIONS // ROWS_PER_PARTITION + 1)
        parts = min(MOST_PARTITIONS, wanted)
        return reader.options(partitionColumn=key, lowerBound=low, upperBound=high, numPartitions=parts).load()

    def source_options(self):
        source = self.work["source"]
        return {
            "url": source["url"] + (self.trusted(source["ca"]) if "ca" in source else ""),
            "driver": source["driver"],
            "user": source["user"],
            "password": os.environ.get("BLOTTER_SOURCE_PASSWORD", ""),
            # Row by row as the server sends them: a cursor would have it write every range into a temporary table first.
            "fetchsize": str(-(2**31)),
            # Spark knows MySQL's quotes by the URL alone; a driver in between has another one.
            "sessionInitStatement": "SET SESSION sql_mode = 'ANSI_QUOTES'",
        }

    def fetch(self):
        differing = self.count("differing_keys")
        if differing > MOST_KEYS_FETCHED:
            wanted = self.spark.table("differing_keys").withColumnRenamed("key", self.job["key"])
            return self.read_source("rows").join(wanted, self.job["key"], "left_semi")
        keys = [row[0] for row in self.spark.sql("SELECT key FROM differing_keys ORDER BY key").collect()]
        lists = [keys[start : start + KEYS_PER_FETCH] for start in range(0, len(keys), KEYS_PER_FETCH)]
        column = f"`{self.job['key']}`"
        predicates = [f"{column} IN ({', '.join(map(str, some))})" for some in lists]
        return self.read_source("rows", predicates or ["1 = 0"])

    def check(self):
        extracted = self.told["extract"]
        if extracted["rows"] == 0 and extracted["swept"] == 0:
            self.hold("source_empty", f"The source {self.job['source']} has no rows.", {"rows": 0})
        self.open_staged("extracted")
        # Read once and kept: what follows looks at every row several times.
        self.stage("read_rows", self.sql("2-check/read_rows"))
        for name in ("readable", "repeated_keys"):
            self.view(f"2-check/{name}")
        repeats = self.count("repeated_keys") > 0
        counts = self.one(self.sql("2-check/counts"))
        read, readable = counts.pop("rows_read"), counts.pop("rows_readable")
        if repeats:
            self.view("2-check/newest_contents")
            self.stage("good", self.sql("2-check/good.repeats"))
        else:
            self.view("2-check/good")
        self.stage("bad", self.sql(f"2-check/bad{'.repeats' if repeats else ''}").coalesce(1))
        by_rule = {row[0]: row[1] for row in self.spark.sql("SELECT rule, count(*) FROM bad GROUP BY rule").collect()}
        good, bad = self.count("good") if repeats else readable, sum(by_rule.values())
        collapsed = readable - good - by_rule.get("duplicate_key", 0)
        if read != extracted["rows"] or read != good + bad + collapsed or collapsed < 0:
            raise RuntimeError(f"rows_disagree: {read} rows were read, {good} are good, {bad} quarantined, {collapsed} repeats")
        keyless = by_rule.get("key_missing", 0)
        everything = max(read, extracted["swept"] + keyless)
        limit = self.job["guards"]["keyless_max"]
        if keyless > limit * everything:
            text = f"{keyless} of {everything} rows have no key, more than {percent(limit)}."
            self.hold("keyless", text, {"keyless": keyless, "rows": everything, "limit": limit})
        columns = self.job["columns"]
        warnings = {
            **(self.one(self.sql("2-check/warnings")) if self.job["has_warnings"] else {}),
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

    def open_checked(self):
        checked = self.told["check"]
        if checked["collapsed"] > 0 or "duplicate_key" in checked["quarantine"]["byRule"]:
            self.open_staged("good")
        else:
            self.open_staged("read_rows")
            for name in ("readable", "good"):
                self.view(f"2-check/{name}")
        self.open_staged("bad")
        self.view("bad_keys", "2-check/bad_keys")

    def land(self):
        extracted, checked = self.told["extract"], self.told["check"]
        self.open_checked()
        for name in self.job["tables"]:
            self.begin_branch(name)
        self.view("current", "3-land/current")
        before = 0 if extracted["first"] else self.count("current")
        counts = {}
        if extracted["first"]:
            self.view("landed", "3-land/landed_first")
            landed, hidden = checked["good"]["rows"], 0
            counts = present({"new": landed})
            self.write(self.job["raw"], "3-land/raw.insert")
        else:
            counts, landed, hidden = self.compare(extracted, before)
            if counts:
                self.write(self.job["raw"], "3-land/raw.merge")
            if any(kind != "restamped" for kind in counts):
                self.write(self.job["changes"], "3-land/changes")
        if checked["quarantine"]["rows"] > 0 and self.new_bad_rows():
            self.write(self.job["quarantine"], "3-land/quarantine")
        unchanged = checked["collapsed"] + checked["good"]["rows"] - landed
        after = before + landed - hidden
        return {"counts": counts, "landed": landed, "unchanged": unchanged, "before": before, "after": after, "held": 0}

    def compare(self, extracted, before):
        if extracted["mode"] == "incremental":
            self.open_staged("vanished")
        else:
            self.view("vanished", "3-land/vanished")
        self.view("once_vanished", "3-land/once_vanished")
        self.stage("changed", self.sql("3-land/changed"))
        self.view("landed", "3-land/landed")
        rows = self.spark.sql("SELECT kind, count(*) FROM (SELECT explode(kinds) AS kind FROM changed) GROUP BY kind").collect()
        found = {row[0]: row[1] for row in rows}
        counts = {kind: found[kind] for kind in self.job["kinds"] if kind in found}
        vanished, limit = counts.get("vanished", 0), self.job["guards"]["vanished_max"]
        if vanished > limit * before:
            text = f"{vanished} of {before} incidents are gone from the source, more than {percent(limit)}."
            self.hold("vanished", text, {"vanished": vanished, "before": before, "limit": limit})
        return counts, self.count("changed", "after IS NOT NULL"), self.count("changed", "before IS NOT NULL")

    def new_bad_rows(self):
        columns = ", ".join(f'"{name}"' for name in self.spark.table("bad").columns)
        known = f"SELECT {columns} FROM blotter.{self.job['quarantine']}"
        return self.count(f"(SELECT {columns} FROM bad EXCEPT ALL {known})") > 0

    def open_landed(self):
        self.open_checked()
        if self.told["extract"]["first"]:
            self.view("landed", "3-land/landed_first")
        else:
            self.open_staged("changed")
            self.view("landed", "3-land/landed")

    def transform(self):
        return self.derive("by-key")

    def aggregate(self):
        return self.derive("replace")

    def derive(self, mode):
        self.open_landed()
        self.open_reference()
        land, changed = self.told["land"], []
        written = set(self.told.get("transform", {}).get("changed", []))
        if land["landed"] or any(land["counts"].values()):
            written.add(self.job["raw"])
        for table in (one for one in self.job["derived"] if one["mode"] == mode):
            main = self.table(table["name"]).currentSnapshot()
            current = main is not None and main.summary().get("blotter.sql-hash") == table["hash"]
            if current and not any(name in written for name in table["reads"]):
                continue
            merges = current and mode == "by-key"
            self.open_reads(table, merges)
            self.view("derived", table["file"])
            self.begin_branch(table["name"])
            statement = "merge" if merges else "replace"
            self.write(table["name"], f"{table['file']}.{statement}", {"sql-hash": table["hash"]})
            written.add(table["name"])
            changed.append(table["name"])
        return {"changed": changed}

    def open_reads(self, table, merges):
        """What a table's SQL reads: of a merge the rows that landed, else each table as it stands on the branch."""
        for name in table["reads"]:
            if merges and name == self.job["raw"]:
                rows = f"SELECT *, timestamp_ltz '{self.work['batch_at']}' AS batch_at FROM landed"
            else:
                rows = f"SELECT * FROM {self.head(name)}"
            self.spark.sql(rows).createOrReplaceTempView(self.job["views"][name])

    def open_reference(self):
        for table in self.job["reference"]:
            header, *rows = csv.reader(io.StringIO(self.text(table["file"])))
            values = [[value or None for value in row] for row in rows if row]
            schema = ", ".join(f"`{name}` STRING" for name in header)
            self.spark.createDataFrame(values, schema).createOrReplaceTempView(table["view"])

    def commit(self):
        """Looks at what stands on the branches before anybody else does, then writes the row of the batch."""
        extracted, checked, landed = self.told["extract"], self.told["check"], self.told["land"]
        self.open_landed()
        key = f'"{self.job["key"]}"'
        rows, keys = self.spark.sql(f"SELECT count(*), count(DISTINCT {key}) FROM {self.head(self.job['raw'])}").first()
        if rows != landed["after"] or keys != rows:
            raise RuntimeError(f"rows_disagree: the raw table should hold {landed['after']} incidents, has {rows} rows of {keys}")
        report = {"repairs": checked["repairs"], "warnings": checked["warnings"], "changes": landed["counts"]}
        properties = {
            "report": json.dumps(report, separators=(",", ":")),
            "source-columns": self.job["source_columns"],
            "source": self.job["source"],
        }
        counts = {f"changes_{kind}": landed["counts"].get(kind, 0) for kind in self.job["kinds"]}
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
        self.begin_branch(self.job["batches"])
        self.write(self.job["batches"], "6-commit/batch", properties, kind=kind, rows=rows, **numbers, **counts)
        return {"kind": kind, "rows": rows_of, "tables": [self.audited(name) for name in self.job["tables"]]}

    def head(self, name):
        return f"blotter.{name} VERSION AS OF '{self.branch}'"

    def audited(self, name):
        table = self.table(name)
        snapshot = table.snapshot(table.refs().get(self.branch).snapshotId())
        totals = snapshot.summary()
        # Only deletes have to be counted: a row of a file may be hidden more than once.
        hidden = [totals.get(f"total-{kind}-deletes") for kind in ("position", "equality")]
        rows = int(totals["total-records"]) if hidden == ["0", "0"] else self.count(self.head(name))
        return {"name": name, "snapshot_id": str(snapshot.snapshotId()), "rows": rows}

    def hold(self, guard, message, numbers):
        if not self.work.get("released"):
            raise Held(guard, message, numbers)


def end_with(waiting):
    """Ends this process once the one that waits for the batch, or the one that has started this, is gone: it is on its branch
    alone, and nobody would publish it."""
    starter = os.getppid()
    while True:
        time.sleep(1)
        try:
            os.kill(waiting, 0)
        except ProcessLookupError:
            os._exit(1)
        if os.getppid() != starter:
            os._exit(1)


def main(folder, work_file, batch_at=None, run=None, phase=None):
    spark = session()
    work = json.loads(read_text(spark, work_file))
    work["batch_at"] = batch_at or work.get("batch_at") or now()
    work["run"] = run or work.get("run") or "spark-" + "".join(filter(str.isdigit, work["batch_at"]))
    # Whatever the phase, a batch was made when it began.
    work.setdefault("processed_at", work["batch_at"])
    if work.get("publish"):
        work["folder"] = f"{work['folder']}/{work['run']}"
    if "attended_by" in work:
        threading.Thread(target=end_with, args=[work["attended_by"]], daemon=True).start()
    try:
        Batch(spark, folder, work).run(phase)
    except Held as held:
        tell(state="held", guard=held.guard, message=str(held), numbers=held.numbers)
        sys.exit(3)
    except Exception as error:
        tell(state="failed", message=str(error)[:4000])
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
