import type { Config, Credential, Variables } from '../model/configuration.ts'
import type { ConfigValues } from './schema.ts'

interface Shaping {
  credential(path: string, reference: string | undefined): Credential | undefined
  variables: Variables
  pathOf(key: string, text: string): string
}

/** How `engine: spark` runs; its home and Java are those of the environment where the file says nothing. */
export function sparkOf({ spark }: ConfigValues, { pathOf, credential, variables }: Shaping): Config['spark'] {
  return {
    home: spark.home === undefined ? variables.get('SPARK_HOME') || undefined : pathOf('spark.home', spark.home),
    javaHome: variables.get('JAVA_HOME') || undefined,
    master: spark.master,
    jars: spark.jars.map((jar) => (jar.includes('://') ? jar : pathOf('spark.jars', jar))),
    catalog: spark.catalog,
    token: credential('spark.token', spark.token),
    conf: spark.conf,
  }
}
