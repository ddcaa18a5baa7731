"""A lake through its REST catalog, as Spark reads it: tables at tags, a JSON line each, as fingerprint.py describes. Then a
table of its own is made and changed in every way that Spark's SQL has, and read in the same way.

usage: BLOTTER_TOKEN=… python rest_spark.py URL JARS TABLE@TAG...
"""
import json
import os
import sys

from fingerprint import fingerprint
from pyspark.sql import SparkSession

url, jars, *references = sys.argv[1:]
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
    .config("spark.sql.catalog.blotter.type", "rest")
    .config("spark.sql.catalog.blotter.uri", url)
    .config("spark.sql.catalog.blotter.token", os.environ["BLOTTER_TOKEN"])
    .config("spark.sql.defaultCatalog", "blotter")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")


def tell(name, tag, rows):
    print(json.dumps({"table": name, "tag": tag, **fingerprint(rows.toArrow())}))


for reference in references:
    name, tag = reference.split("@")
    tell(name, tag, spark.sql(f"select * from {name} version as of '{tag}'"))

for statement in """
    create namespace spark
    create table spark.first (id bigint, name string, at timestamp_ntz, day date) using iceberg partitioned by (months(at), bucket(4, id)) tblproperties ('write.delete.mode' = 'merge-on-read', 'write.update.mode' = 'merge-on-read')
    insert into spark.first values (1, 'a', timestamp_ntz '2026-01-01 10:00:00', date '2026-01-01'), (2, 'b', timestamp_ntz '2026-02-01 10:00:00', null), (3, 'c', null, null)
    insert into spark.first values (4, 'd', null, null), (5, 'e', null, null)
    alter table spark.first create tag five retain 30 days
    delete from spark.first where id = 2
    update spark.first set name = 'zz' where id = 3
    alter table spark.first create branch side
    insert into spark.first.branch_side values (100, 'x', null, null)
    call blotter.system.fast_forward('spark.first', 'main', 'side')
    alter table spark.first drop branch side
    alter table spark.first add column more double
    alter table spark.first rename column name to title
    alter table spark.first add partition field truncate(2, title)
    alter table spark.first write ordered by id
    insert into spark.first values (6, 'f', null, null, 1.5)
    merge into spark.first t using (select 4L as id) u on t.id = u.id when matched then update set title = 'm'
    alter table spark.first drop column day
    create table spark.copied using iceberg as select id, arrest from raw.crimes
    create or replace table spark.copied using iceberg as select id, date, arrest from raw.crimes where arrest
    insert overwrite spark.copied select id, date, arrest from raw.crimes where not arrest
    alter table spark.first rename to spark.notes
    call blotter.system.rewrite_data_files(table => 'spark.notes', options => map('rewrite-all', 'true'))
    call blotter.system.rewrite_manifests('spark.notes')
    alter table spark.notes set tblproperties ('checked' = 'yes')
    create table spark.gone using iceberg as select 1 as id
    drop table spark.gone purge
""".strip().splitlines():
    spark.sql(statement.strip())

try:
    spark.sql("insert into raw.crimes select * from raw.crimes limit 1")
    raise SystemExit("Spark was let into a table of Blotter's own")
except Exception as error:
    if "lacks the scope pipeline:write" not in str(error):
        raise
tell("spark.notes", "main", spark.table("spark.notes"))
tell("spark.notes", "five", spark.sql("select * from spark.notes version as of 'five'"))
tell("spark.copied", "main", spark.table("spark.copied"))
spark.stop()
