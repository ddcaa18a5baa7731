"""What a batch is made with: the SQL of its folder, staged rows, and tables on the branch of its run."""
import datetime
import json
import os
import re
import zoneinfo

from pyspark.sql import SparkSession


class Held(Exception):
    def __init__(self, guard, message, numbers):
        super().__init__(message)
        self.guard, self.numbers = guard, numbers


class Workbench:
    """The SQL of a folder, rows that are staged between phases, and tables on the branch of a run."""

    def __init__(self, spark, folder, work):
        self.spark, self.folder, self.work = spark, folder, work
        # In a local folder Hadoop would lay a file of checksums beside each of the lake's, which nobody else keeps.
        lake = spark._jvm.org.apache.hadoop.fs.Path(work["lake"])
        lake.getFileSystem(spark._jsc.hadoopConfiguration()).setWriteChecksum(False)
        self.job = json.loads(self.text("job.json"))
        self.branch = f"run-{work['run']}"
        self.told = dict(work.get("previous", {}))
        self.parameters = {
            "run": work["run"],
            "branch": self.branch,
            "lake": work["lake"],
            "batch_at": work["batch_at"],
            "processed_at": work["processed_at"],
            "now": wall_clock(work["batch_at"], self.job["timezone"]),
        }

    def text(self, name):
        return read_text(self.spark, f"{self.folder}/{name}")

    def sql(self, name, **more):
        values = {**self.parameters, **more}
        text = re.sub(r"\$\{(\w+)\}", lambda match: str(values[match.group(1)]), self.text(f"sql/{name}.sql"))
        return self.spark.sql(text)

    def view(self, name, file=None):
        self.sql(file or name).createOrReplaceTempView(name.split("/")[-1])

    def engine(self):
        return {"name": "Spark", "version": self.spark.version}

    def staged(self, name):
        return f"{self.work['folder']}/{name}"

    def stage(self, name, rows):
        rows.write.mode("overwrite").parquet(self.staged(name))
        self.open_staged(name)

    def open_staged(self, name):
        self.spark.read.parquet(self.staged(name)).createOrReplaceTempView(name)

    def remember(self, phase, output):
        """Keeps what a phase has told for an application that goes on."""
        write_text(self.spark, self.staged(f"told/{phase}.json"), json.dumps(output))

    def recall(self, phases):
        for phase in phases:
            self.told[phase] = json.loads(read_text(self.spark, self.staged(f"told/{phase}.json")))

    def one(self, rows):
        return {name: 0 if n is None else n for name, n in rows.first().asDict().items()}

    def count(self, rows, where="true"):
        return self.spark.sql(f"SELECT count(*) FROM {rows} WHERE {where}").first()[0]

    def trusted(self, ca):
        """The words of a URL that let Java trust the authorities of a PEM file; what they are in is no secret."""
        if not hasattr(self, "trust"):
            jvm, password = self.spark._jvm, self.spark.sparkContext._gateway.new_array(self.spark._jvm.char, 7)
            for i, letter in enumerate("blotter"):
                password[i] = letter
            store = jvm.java.security.KeyStore.getInstance("PKCS12")
            store.load(None, password)
            certificates = jvm.java.security.cert.CertificateFactory.getInstance("X.509")
            for i, certificate in enumerate(certificates.generateCertificates(jvm.java.io.FileInputStream(ca))):
                store.setCertificateEntry(f"ca{i}", certificate)
            file = jvm.java.io.File.createTempFile("blotter-", ".p12")
            file.deleteOnExit()
            out = jvm.java.io.FileOutputStream(file)
            store.store(out, password)
            out.close()
            where = {"Url": f"file:{file.getPath()}", "Type": "PKCS12", "Password": "blotter"}
            self.trust = "".join(f"&trustCertificateKeyStore{name}={word}" for name, word in where.items())
        return self.trust

    def table(self, name):
        util = self.spark._jvm.org.apache.iceberg.spark.Spark3Util
        return util.loadIcebergTable(self.spark._jsparkSession, f"blotter.{name}")

    def begin_branch(self, name):
        table = self.table(name)
        head, main = table.refs().get(self.branch), table.currentSnapshot()
        if head is not None:
            table.manageSnapshots().removeBranch(self.branch).commit()
        if main is None:
            table.manageSnapshots().createBranch(self.branch).commit()
        else:
            table.manageSnapshots().createBranch(self.branch, main.snapshotId()).commit()
        self.spark.catalog.refreshTable(f"blotter.{name}")

    def write(self, name, file, properties=None, **more):
        """Runs a statement that writes a table, as one snapshot that says which run and batch it is of."""
        summary = {
            "run": self.work["run"],
            "batch": self.work["batch_at"],
            "code-version": self.job["code_version"],
            **(properties or {}),
        }
        keys = {f"spark.sql.iceberg.snapshot-property.blotter.{key}": value for key, value in summary.items()}
        for key, value in keys.items():
            self.spark.conf.set(key, value)
        try:
            self.sql(file, **more)
        finally:
            for key in keys:
                self.spark.conf.unset(key)
        self.spark.catalog.refreshTable(f"blotter.{name}")

    def create_tables(self):
        for statement in self.text("sql/0-tables.sql").split(";\n\n"):
            self.spark.sql(re.sub(r"\$\{lake\}", self.work["lake"], statement))

    def publish(self):
        published = self.move_mains(self.branch, self.work["batch_at"])
        staged = self.spark._jvm.org.apache.hadoop.fs.Path(self.work["folder"])
        staged.getFileSystem(self.spark._jsc.hadoopConfiguration()).delete(staged, True)
        return published

    def move_mains(self, branch, batch_at):
        """Moves main to the branch and tags it, table by table, the list of batches last: with it the batch is there."""
        last = self.job["batches"]
        for name in [*(one for one in self.job["tables"] if one != last), last]:
            table = self.table(name)
            head = table.refs().get(branch)
            if head is None:
                continue
            moved, main = table.manageSnapshots(), table.currentSnapshot()
            if main is None:
                moved = moved.createBranch("main", head.snapshotId())
            elif main.snapshotId() != head.snapshotId():
                moved = moved.fastForwardBranch("main", branch)
            moved.createTag(batch_at, head.snapshotId()).removeBranch(branch).commit()
        return {"batch_at": batch_at}

    def settle(self):
        """Carries to its end what had begun to move mains, and drops the branches of other runs."""
        tables = {name: self.table(name) for name in self.job["tables"]}
        batches = tables[self.job["batches"]]
        branches = {ref for table in tables.values() for ref in table.refs().keySet() if ref.startswith("run-")}
        for branch in branches:
            head = batches.refs().get(branch)
            batch_at = head and batches.snapshot(head.snapshotId()).summary().get("blotter.batch")
            if batch_at and any(table.refs().get(batch_at) is not None for table in tables.values()):
                self.move_mains(branch, batch_at)
        for name in tables:
            table = self.table(name)
            for branch in branches.intersection(table.refs().keySet()):
                table.manageSnapshots().removeBranch(branch).commit()

    def is_published(self):
        tags = [name for name, ref in self.table(self.job["batches"]).refs().items() if ref.isTag()]
        if tags and self.work["batch_at"] < max(tags) and self.work["batch_at"] not in tags:
            raise RuntimeError(f"batch_older: {self.work['batch_at']} would be older than the newest batch, {max(tags)}")
        return self.work["batch_at"] in tags


def session():
    builder = SparkSession.builder.appName("blotter")
    token = os.environ.get("BLOTTER_CATALOG_TOKEN")
    if token:
        builder = builder.config("spark.sql.catalog.blotter.token", token)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def read_text(spark, path):
    if "://" not in path:
        with open(path, encoding="utf-8") as file:
            return file.read()
    return spark.sparkContext.wholeTextFiles(path).values().first()


def write_text(spark, path, text):
    target = spark._jvm.org.apache.hadoop.fs.Path(path)
    stream = target.getFileSystem(spark._jsc.hadoopConfiguration()).create(target, True)
    try:
        stream.write(bytearray(text, "utf-8"))
    finally:
        stream.close()


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def wall_clock(batch_at, timezone):
    at = datetime.datetime.fromisoformat(batch_at.replace("Z", "+00:00"))
    return at.astimezone(zoneinfo.ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M:%S")


def present(counts):
    return {name: n for name, n in counts.items() if n > 0}


def percent(part):
    return f"{round(part * 100, 4):g} %"


def tell(**event):
    print("@blotter " + json.dumps(event), flush=True)
