"""Tables of a lake at tags, as Spark reads them through its JDBC catalog on the same SQLite file; all in one session, since
starting one costs seconds. Prints a JSON line each, as fingerprint.py describes.

usage: python read_spark.py LAKE JARS TABLE@TAG...
"""
import json
import sys

from fingerprint import fingerprint
from pyspark.sql import SparkSession

lake, jars, *references = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.jars", jars)
    .config("spark.driver.extraClassPath", jars.replace(",", ":"))
    .config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.memory", "1g")
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
    .config("spark.sql.catalog.blotter", "org.apache.iceberg.spark.SparkCatalog")
    .config("spark.sql.catalog.blotter.type", "jdbc")
    .config("spark.sql.catalog.blotter.uri", f"jdbc:sqlite:file:{lake}/catalog.sqlite?busy_timeout=10000")
    .config("spark.sql.catalog.blotter.warehouse", f"file://{lake}")
    .config("spark.sql.catalog.blotter.jdbc.schema-version", "V1")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
for reference in references:
    name, tag = reference.split("@")
    rows = spark.sql(f"select * from blotter.{name} version as of '{tag}'").toArrow()
    print(json.dumps({"table": name, "tag": tag, **fingerprint(rows)}))
spark.stop()
