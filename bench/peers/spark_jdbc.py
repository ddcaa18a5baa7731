"""Spark on two local threads by MariaDB's JDBC driver, binary protocol, eight ranges of the key: spark_jdbc.py OUT."""

import os
import sys

from pyspark.sql import SparkSession

host, port, user, password, database = (os.environ[f"MYSQL_{name}"] for name in ("HOST", "PORT", "USER", "PASSWORD", "DATABASE"))
builder = SparkSession.builder.master("local[2]").config("spark.jars", os.environ["JARS"]).config("spark.driver.memory", "3g")
builder = builder.config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC")
spark = builder.config("spark.sql.parquet.compression.codec", "zstd").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
url = f"jdbc:mysql://{host}:{port}/{database}?permitMysqlScheme&useServerPrepStmts=true&timezone=UTC"
options = {"url": url, "user": user, "password": password, "driver": "org.mariadb.jdbc.Driver", "fetchsize": "10000"}
bounds = spark.read.format("jdbc").options(**options, query="SELECT MIN(id) AS low, MAX(id) AS high FROM crimes").load().first()
ranges = {"partitionColumn": "id", "lowerBound": str(bounds.low), "upperBound": str(bounds.high), "numPartitions": "8"}
spark.read.format("jdbc").options(**options, **ranges, dbtable="crimes").load().write.mode("overwrite").parquet(f"{sys.argv[1]}/crimes")
spark.stop()
