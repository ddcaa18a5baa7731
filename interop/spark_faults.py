"""What Spark says of a table that it cannot load, in a catalog after the other; all in one session, since starting one costs
seconds. Prints a JSON line each: the catalog's name, and the words as the driver of a batch tells them.

usage: python spark_faults.py JARS TABLE {"NAME": {"SETTING": "VALUE"}}
"""
import json
import sys

from pyspark.sql import SparkSession

jars, table, catalogs = sys.argv[1:]
catalogs = json.loads(catalogs)
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
for name in catalogs:
    try:
        spark._jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(spark._jsparkSession, f"{name}.{table}")
        said = ""
    except Exception as error:
        said = str(error)[:4000]
    print(json.dumps({"catalog": name, "said": said}), flush=True)
spark.stop()
