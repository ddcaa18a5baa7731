import type { AirflowVersion, DagDefinition } from '../model/dag.ts'
import { pythonName } from './python.ts'

/** A DAG beside the pipeline's, which asks the source for its count and newest cursor and tells when they moved; none without a poll. */
export function sourcePollText({ pipeline, pollSeconds, source }: DagDefinition, version: AirflowVersion): string {
  if (pollSeconds === undefined) return ''
  const name = pythonName(pipeline)
  const newest = source.cursor === undefined ? `max(\`${source.key}\`)` : `max(\`${source.cursor}\`)`
  const missing = version === 3 ? 'default=""' : 'default_var=""'
  return `SOURCE = Asset("blotter://${name}/source")


def look_at_source():
    """Succeeds, and so starts the pipeline, when count or newest change of the source moved since the last look."""
    import pymysql

    where = BaseHook.get_connection("blotter_source")  # airflow/connections/blotter_source in Secrets Manager
    tls = None if where.extra_dejson.get("tls") == "off" else {"check_hostname": True, "ca": where.extra_dejson.get("ca")}
    with pymysql.connect(
        host=where.host, port=where.port or 3306, user=where.login, password=where.password,
        database=where.schema, ssl=tls, connect_timeout=10, read_timeout=60,
    ) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*), cast(${newest} as char) from \`${source.table}\`")
        seen = "%s rows, newest %s" % cursor.fetchone()
    known = Variable.get("blotter_${name}_seen", ${missing})
    if seen == known:
        raise AirflowSkipException(f"The source is as it was: {seen}.")
    Variable.set("blotter_${name}_seen", seen)
    print(f"The source has {seen}; it had {known or 'not been looked at'}.")


with DAG(
    "blotter_${name}_source",
    description="Asks whether the source of ${pipeline} has a new batch.",
    start_date=datetime(2026, 1, 1),
    schedule=timedelta(seconds=${pollSeconds}),
    catchup=False,
    max_active_runs=1,
    tags=["blotter"],
):
    PythonOperator(task_id="look", python_callable=look_at_source, outlets=[SOURCE], retries=1)
`
}
