"""What every phase of a batch works with: the SQL of its folder, staged rows, what phases have told, and the tables."""
import datetime
import json
import re
import zoneinfo

from blotter_tables import Tables


class Held(Exception):
    """A guard asks people for a decision."""

    def __init__(self, guard, message, numbers):
        super().__init__(message)
        self.guard, self.numbers = guard, numbers


class Workbench:
    def __init__(self, spark, folder, work):
        self.spark, self.folder, self.work = spark, folder, work
        if work["lake"].startswith("file:"):
            # In a local folder Hadoop would lay a file of checksums beside each of the lake's, which nobody else keeps.
            self.file_system(work["lake"]).setWriteChecksum(False)
        self.job = json.loads(self.text("job.json"))
        self.tables = Tables(spark, self.job, work["run"])
        self.told = dict(work.get("previous", {}))
        self.parameters = {
            "run": work["run"],
            "branch": self.tables.branch,
            "lake": work["lake"],
            "batch_at": work["batch_at"],
            "processed_at": work["processed_at"],
            "now": wall_clock(work["batch_at"], self.job["timezone"]),
        }

    def text(self, name):
        return read_text(self.spark, f"{self.folder}/{name}")

    def sql(self, name, **more):
        return self.spark.sql(self.filled(self.text(f"sql/{name}.sql"), **more))

    def filled(self, text, **more):
        values = {**self.parameters, **more}
        return re.sub(r"\$\{(\w+)\}", lambda match: str(values[match.group(1)]), text)

    def create_tables(self):
        for statement in self.filled(self.text("sql/0-tables.sql")).split(";\n\n"):
            self.spark.sql(statement)

    def view(self, name, file=None):
        self.sql(file or name).createOrReplaceTempView(name.split("/")[-1])

    def one(self, rows):
        return {name: 0 if n is None else n for name, n in rows.first().asDict().items()}

    def count(self, rows, where="true"):
        return self.spark.sql(f"SELECT count(*) FROM {rows} WHERE {where}").first()[0]

    def engine(self):
        return {"name": "Spark", "version": self.spark.version}

    def staged(self, name):
        return f"{self.work['folder']}/{name}"

    def stage(self, name, rows):
        rows.write.mode("overwrite").parquet(self.staged(name))
        self.open_staged(name)

    def open_staged(self, name):
        self.spark.read.parquet(self.staged(name)).createOrReplaceTempView(name)

    def drop_staged(self):
        folder = self.work["folder"]
        self.file_system(folder).delete(self.path(folder), True)

    def remember(self, phase, output):
        """Keeps what a phase has told for an application that goes on."""
        path = self.staged(f"told/{phase}.json")
        stream = self.file_system(path).create(self.path(path), True)
        try:
            stream.write(bytearray(json.dumps(output), "utf-8"))
        finally:
            stream.close()

    def recall(self, phases):
        for phase in phases:
            self.told[phase] = json.loads(read_text(self.spark, self.staged(f"told/{phase}.json")))

    def path(self, place):
        return self.spark._jvm.org.apache.hadoop.fs.Path(place)

    def file_system(self, place):
        return self.path(place).getFileSystem(self.spark._jsc.hadoopConfiguration())

    def write(self, name, file, properties=None, **more):
        """Runs a statement that writes a table, as one snapshot that says which run and batch it is of."""
        of_run = {"run": self.work["run"], "batch": self.work["batch_at"], "code-version": self.job["code_version"]}
        with self.tables.writing(name, {**of_run, **(properties or {})}):
            self.sql(file, **more)

    def hold(self, guard, message, numbers):
        if not self.work.get("released"):
            raise Held(guard, message, numbers)


def read_text(spark, path):
    if "://" not in path:
        with open(path, encoding="utf-8") as file:
            return file.read()
    return spark.sparkContext.wholeTextFiles(path).values().first()


def wall_clock(batch_at, timezone):
    at = datetime.datetime.fromisoformat(batch_at.replace("Z", "+00:00"))
    return at.astimezone(zoneinfo.ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M:%S")


def present(counts):
    return {name: n for name, n in counts.items() if n > 0}


def percent(part):
    return f"{round(part * 100, 4):g} %"
