"""Makes one batch of a pipeline that Blotter has compiled: runs the SQL beside this file in its order, on a branch of every
table, and tells after each phase what it has left.

usage: spark-submit [...] blotter_batch.py FOLDER WORK.json [BATCH_AT [RUN [PHASE]]]

FOLDER holds job.json and sql/; WORK.json says where things are (README.md), and names the batch unless BATCH_AT does. PHASE does one
phase alone, the next one in another application. Credentials come from the environment: BLOTTER_SOURCE_PASSWORD,
BLOTTER_CATALOG_TOKEN. Exit codes: 0 done, 1 failed, 3 held by a guard.
"""
import datetime
import json
import os
import re
import sys
import threading
import time

from blotter_check import check
from blotter_commit import commit, publish
from blotter_derive import aggregate, transform
from blotter_extract import extract
from blotter_land import land
from blotter_workbench import Held, Workbench, read_text
from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession

PHASES = {
    "extract": extract,
    "check": check,
    "land": land,
    "transform": transform,
    "aggregate": aggregate,
    "commit": commit,
    "publish": publish,
}


def make(batch, only=None):
    """Goes through the phases, or does one alone. Whoever publishes by itself begins with the tables and what others have left."""
    order, work = list(PHASES), batch.work
    publishes = work.get("publish")
    if publishes and only in (None, order[0]):
        batch.create_tables()
        batch.tables.settle()
    if publishes and batch.tables.is_published(work["batch_at"]):
        tell(phase=only or order[-1], state="succeeded", output={"batch_at": work["batch_at"], "already_committed": True})
        return
    first = order.index(only or work.get("from", order[0]))
    last = first if only else len(order) - (1 if publishes else 2)
    if only:
        batch.recall(order[:first])
    for phase in order[first : last + 1]:
        tell(phase=phase, state="running")
        output = PHASES[phase](batch)
        batch.told[phase] = output
        if publishes and phase != order[-1]:
            batch.remember(phase, output)
        tell(phase=phase, state="succeeded", output=output)


def session():
    """Spark, once its cluster has run something small: nobody waits for ever for one that has nothing to give."""
    # What spark-submit was told can be read from here on, before anything of the cluster is there.
    SparkContext._ensure_initialized()
    settings = SparkConf()
    master, within = settings.get("spark.master"), int(settings.get("spark.blotter.startSeconds", "1800"))

    def give_up():
        tell(state="failed", message=f"spark_unreachable: {master} has given nothing to run on within {within} s.")
        os._exit(1)

    timer = threading.Timer(within, give_up)
    timer.daemon = True
    timer.start()
    builder = SparkSession.builder.appName("blotter")
    token = os.environ.get("BLOTTER_CATALOG_TOKEN")
    if token:
        builder = builder.config("spark.sql.catalog.blotter.token", token)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    if not master.startswith("local"):
        spark.range(1).count()
    timer.cancel()
    return spark


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def tell(**event):
    print("@blotter " + json.dumps(event), flush=True)


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
    batch = Workbench(spark, folder, work)
    try:
        make(batch, phase)
    except Held as held:
        tell(state="held", guard=held.guard, message=str(held), numbers=held.numbers)
        sys.exit(3)
    except Exception as error:
        said = str(error)[:4000]
        tell(state="failed", message=said)
        # The last line of the log, and exit code 1: what it means in Blotter's words, as docs/errors.md lists them.
        sys.exit(next(f"{one['code']}: {one['todo']}" for one in batch.job["failures"] if re.search(one["said"], said)))


if __name__ == "__main__":
    main(*sys.argv[1:])
