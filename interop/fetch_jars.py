"""Fetches the jars of Maven coordinates into FOLDER/jars, by the resolver that Spark brings: no Maven is needed.

usage: python fetch_jars.py FOLDER COORDINATE...
"""
import sys

from pyspark.sql import SparkSession

folder, *coordinates = sys.argv[1:]
(
    SparkSession.builder.master("local[1]")
    .config("spark.jars.packages", ",".join(coordinates))
    # Spark has its own slf4j; MySQL's driver wants protobuf for a protocol that nobody speaks here.
    .config("spark.jars.excludes", "org.slf4j:slf4j-api,com.google.protobuf:protobuf-java")
    .config("spark.jars.ivy", folder)
    .config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .getOrCreate()
    .stop()
)
