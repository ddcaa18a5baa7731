import type { AirflowVersion, DagDefinition } from '../model/dag.ts'
import { pythonLiteral, pythonName } from './python.ts'

/** A DAG beside the pipeline's, which asks the source for its count and newest cursor and tells when they moved; none without a poll. */
export function sourcePollText({ pipeline, pollSeconds, source }: DagDefinition, version: AirflowVersion): string {
  if (pollSeconds === undefined) return ''
  const name = pythonName(pipeline)
  const query = `select count(*), cast(max(\`${source.cursor ?? source.key}\`) as char) from \`${source.table}\``
  const missing = version === 3 ? 'default=""' : 'default_var=""'
  return `SOURCE = Asset("blotter://${name}/source")


def look_at_source():
    """Succeeds, and so starts the pipeline, when count or newest change moved since the last look."""
    import pymysql

    where = BaseHook.get_connection("blotter_source")  # airflow/connections/… in Secrets Manager
    extra = where.extra_dejson
    # Encrypted unless "off"; the certificate is looked at where its authority is named.
    tls = None if extra.get("tls") == "off" else {"ca": extra.get("ca")}
    login = {"host": where.host, "port": where.port or 3306, "user": where.login}
    with pymysql.connect(
        **login,
        password=where.password,
        database=where.schema,
        ssl=tls,
        connect_timeout=10,
        read_timeout=60,
    ) as connection:
        cursor = connection.cursor()
        cursor.execute(${pythonLiteral(query)})
        rows, newest = cursor.fetchone()
    seen = f"{rows} rows, newest {newest}"
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
