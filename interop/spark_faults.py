"""What Spark says of a table that it cannot load, in a catalog after the other, and of a file that it cannot read, from one S3 after
the other: Iceberg itself would try a table's for minutes. All in one session, since starting one costs seconds. Prints a JSON line
each: the name, and the words as the driver of a batch tells them.

usage: python spark_faults.py JARS TABLE {"CATALOG": {"SETTING": "VALUE"}} FILE {"S3": {"SETTING": "VALUE"}}
"""
import json
import sys

from pyspark.sql import SparkSession

jars, table, catalogs, file, buckets = sys.argv[1:]
catalogs, buckets = json.loads(catalogs), json.loads(buckets)
builder = (
    SparkSession.builder.master("local[1]")
    .config("spark.jars", jars)
    .config("spark.driver.extraClassPath", jars.replace(",", ":"))
    .config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
)
for name, settings in catalogs.items():
    builder = builder.config(f"spark.sql.catalog.{name}", "org.apache.iceberg.spark.SparkCatalog")
    for setting, value in settings.items():
        builder = builder.config(f"spark.sql.catalog.{name}.{setting}", value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("OFF")
iceberg = spark._jvm.org.apache.iceberg


def load(name):
    iceberg.spark.Spark3Util.loadIcebergTable(spark._jsparkSession, f"{name}.{table}")


def read(name):
    s3 = iceberg.aws.s3.S3FileIO()
    s3.initialize(buckets[name])
    iceberg.TableMetadataParser.read(s3.newInputFile(file))


for names, work in ((catalogs, load), (buckets, read)):
    for name in names:
        try:
            work(name)
            said = ""
        except Exception as error:
            said = str(error)[:4000]
        print(json.dumps({"name": name, "said": said}), flush=True)
spark.stop()
