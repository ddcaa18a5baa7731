"""Tables on the branch of a run, and how their mains move to where it stands."""
import contextlib


class Tables:
    def __init__(self, spark, job, run):
        self.spark, self.job = spark, job
        self.branch = f"run-{run}"

    def load(self, name):
        util = self.spark._jvm.org.apache.iceberg.spark.Spark3Util
        return util.loadIcebergTable(self.spark._jsparkSession, f"blotter.{name}")

    def on_branch(self, name):
        return f"blotter.{name} VERSION AS OF '{self.branch}'"

    def branch_head(self, name):
        table = self.load(name)
        return table.snapshot(table.refs().get(self.branch).snapshotId())

    def begin_branch(self, name):
        table = self.load(name)
        head, main = table.refs().get(self.branch), table.currentSnapshot()
        if head is not None:
            table.manageSnapshots().removeBranch(self.branch).commit()
        if main is None:
            table.manageSnapshots().createBranch(self.branch).commit()
        else:
            table.manageSnapshots().createBranch(self.branch, main.snapshotId()).commit()
        self.spark.catalog.refreshTable(f"blotter.{name}")

    @contextlib.contextmanager
    def writing(self, name, summary):
        """What is written within becomes one snapshot of the table with this summary."""
        keys = {f"spark.sql.iceberg.snapshot-property.blotter.{key}": value for key, value in summary.items()}
        for key, value in keys.items():
            self.spark.conf.set(key, value)
        try:
            yield
        finally:
            for key in keys:
                self.spark.conf.unset(key)
        self.spark.catalog.refreshTable(f"blotter.{name}")

    def move_mains(self, branch, batch_at):
        """Moves main to the branch and tags it, table by table, the list of batches last: with it the batch is there."""
        last = self.job["batches"]
        for name in [*(one for one in self.job["tables"] if one != last), last]:
            table = self.load(name)
            head = table.refs().get(branch)
            if head is None:
                continue
            moved, main = table.manageSnapshots(), table.currentSnapshot()
            if main is None:
                moved = moved.createBranch("main", head.snapshotId())
            elif main.snapshotId() != head.snapshotId():
                moved = moved.fastForwardBranch("main", branch)
            moved.createTag(batch_at, head.snapshotId()).removeBranch(branch).commit()

    def settle(self):
        """Carries to its end what had begun to move mains, and drops the branches of other runs."""
        tables = {name: self.load(name) for name in self.job["tables"]}
        batches = tables[self.job["batches"]]
        branches = {ref for table in tables.values() for ref in table.refs().keySet() if ref.startswith("run-")}
        for branch in branches:
            head = batches.refs().get(branch)
            batch_at = head and batches.snapshot(head.snapshotId()).summary().get("blotter.batch")
            if batch_at and any(table.refs().get(batch_at) is not None for table in tables.values()):
                self.move_mains(branch, batch_at)
        for name in tables:
            table = self.load(name)
            for branch in branches.intersection(table.refs().keySet()):
                table.manageSnapshots().removeBranch(branch).commit()

    def is_published(self, batch_at):
        tags = [name for name, ref in self.load(self.job["batches"]).refs().items() if ref.isTag()]
        if tags and batch_at < max(tags) and batch_at not in tags:
            raise RuntimeError(f"batch_older: {batch_at} would be older than the newest batch, {max(tags)}")
        return batch_at in tags
