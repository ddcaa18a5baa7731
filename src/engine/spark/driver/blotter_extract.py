"""Extract: reads the source, all rows by ranges of keys side by side, or those alone that differ from the lake."""
import os

KEYS_PER_FETCH = 2000
# Beyond so many keys, reading the whole table once by key ranges is less work than looking rows up.
MOST_KEYS_FETCHED = 200_000
# A range of keys is a file of the raw table: large enough that nobody has to join it with others.
ROWS_PER_PARTITION = 1_000_000
MOST_PARTITIONS = 64


def extract(batch):
    source = Source(batch)
    first = batch.tables.load(batch.job["raw"]).currentSnapshot() is None
    if first or batch.work["full"] or not batch.job["has_cursor"]:
        batch.stage("extracted", source.read("rows"))
        return {"mode": "full", "first": first, "rows": batch.count("extracted"), "swept": 0, "engine": batch.engine()}
    batch.stage("swept_rows", source.read("keys"))
    for name in ("swept", "current_keys"):
        batch.view(f"1-extract/{name}")
    batch.stage("differing_keys", batch.sql("1-extract/differing_keys"))
    batch.stage("vanished", batch.sql("1-extract/vanished"))
    batch.stage("extracted", differing_rows(batch, source))
    rows, swept = batch.count("extracted"), batch.count("swept", "key IS NOT NULL")
    return {"mode": "incremental", "first": False, "rows": rows, "swept": swept, "engine": batch.engine()}


def differing_rows(batch, source):
    if batch.count("differing_keys") > MOST_KEYS_FETCHED:
        wanted = batch.spark.table("differing_keys").withColumnRenamed("key", source.key)
        return source.read("rows").join(wanted, source.key, "left_semi")
    keys = batch.spark.sql("SELECT key FROM differing_keys ORDER BY key").collect()
    return source.fetch("rows", [row[0] for row in keys])


class Source:
    """MySQL through JDBC: text and numbers come as they are, whatever the zone of anybody."""

    def __init__(self, batch):
        self.batch, self.spark = batch, batch.spark
        self.key, self.key_is_number = batch.job["key"], batch.job["key_is_number"]

    def query(self, which):
        return self.batch.text(f"sql/1-extract/{which}.mysql.sql").split("\n", 1)[1].strip()

    def read(self, which):
        """All rows, by ranges of keys where these are numbers."""
        query = self.query(which)
        low, high = self.ask(f"MIN(`{self.key}`) AS low, MAX(`{self.key}`) AS high FROM ({query}) AS source")
        reader = self.spark.read.format("jdbc").options(**self.options()).option("dbtable", f"({query}) AS source")
        if low is None or low == high or not self.key_is_number:
            return reader.load()
        low, high = int(low), int(high)
        # How many rows there are is told by a part in the middle: to count them all takes longer the more there are.
        middle, width = (low + high) // 2, (high - low) // MOST_PARTITIONS + 1
        some = self.ask(f"COUNT(*) AS n FROM ({query}) AS source WHERE `{self.key}` BETWEEN {middle} AND {middle + width - 1}")
        wanted = max(self.spark.sparkContext.defaultParallelism, some[0] * MOST_PARTITIONS // ROWS_PER_PARTITION + 1)
        parts = min(MOST_PARTITIONS, wanted)
        return reader.options(partitionColumn=self.key, lowerBound=low, upperBound=high, numPartitions=parts).load()

    def fetch(self, which, keys):
        """The rows of some keys."""
        lists = [keys[start : start + KEYS_PER_FETCH] for start in range(0, len(keys), KEYS_PER_FETCH)]
        predicates = [f"`{self.key}` IN ({', '.join(map(str, some))})" for some in lists]
        options = self.options()
        url = options.pop("url")
        return self.spark.read.jdbc(
            url, f"({self.query(which)}) AS source", predicates=predicates or ["1 = 0"], properties=options
        )

    def ask(self, what):
        asked = self.spark.read.format("jdbc").options(**self.options()).option("query", f"SELECT {what}")
        return asked.load().first()

    def options(self):
        source = self.batch.work["source"]
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
