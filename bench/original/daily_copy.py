"""The job as such pipelines are usually written: each day all rows over one JDBC connection into the day's partition, then a count
of incidents without arrest by type.

usage: spark-submit daily_copy.py JDBC_URL LAKE DAY [ROWS_A_FETCH]      with the account in MYSQL_USER and MYSQL_PASSWORD

Without ROWS_A_FETCH the driver of MySQL holds the whole table in memory before Spark sees a row, which is its default.
"""
import os
import sys

from pyspark.sql import SparkSession

url, lake, day, *fetch = sys.argv[1:]
year, month, date = day.split("-")
folder = f"year={year}/month={month}/day={date}"

spark = SparkSession.builder.appName("daily-copy").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
source = {
    "url": url,
    "dbtable": "crimes",
    "driver": "com.mysql.cj.jdbc.Driver",
    "user": os.environ["MYSQL_USER"],
    "password": os.environ["MYSQL_PASSWORD"],
}
if fetch:
    source |= {"url": f"{url}&useCursorFetch=true", "fetchsize": fetch[0]}
spark.read.format("jdbc").options(**source).load().write.mode("overwrite").parquet(f"{lake}/raw/crimes/{folder}")

spark.read.parquet(f"{lake}/raw/crimes/{folder}").createOrReplaceTempView("crimes")
by_type = spark.sql("SELECT primary_type, count(*) AS incidents FROM crimes WHERE arrest = false GROUP BY primary_type")
by_type.coalesce(1).write.mode("overwrite").parquet(f"{lake}/aggregates/by_type/{folder}")
spark.stop()
