import type { BatchPlaces } from '../application.ts'
import { CATALOG } from './dialect.ts'

/** How Spark is set so that it reads the SQL as DuckDB does, and times as they are whatever the zone of its machines. */
export const SESSION_CONF: Readonly<Record<string, string>> = {
  'spark.sql.extensions': 'org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions',
  'spark.sql.defaultCatalog': CATALOG,
  'spark.sql.session.timeZone': 'UTC',
  'spark.sql.timestampType': 'TIMESTAMP_NTZ',
  'spark.sql.ansi.enabled': 'true',
  'spark.sql.ansi.doubleQuotedIdentifiers': 'true',
  // MySQL takes the spaces off a CHAR; Spark would fill it up again.
  'spark.sql.legacy.charVarcharAsString': 'true',
  // A staged file is a range of keys, and is read by a task of its own: so the tables' files are ranges too, without a shuffle.
  'spark.sql.files.openCostInBytes': '134217728',
}

/** Tables in Glue have their files in S3, wherever it turns out to be. */
export function isOnAws({ catalog, lake }: Pick<BatchPlaces, 'catalog' | 'lake'>): boolean {
  return catalog.kind === 'glue' || lake.startsWith('s3:')
}

/** The catalog that the tables stand in; a token goes by the environment. */
export function catalogConf({ catalog, lake }: Pick<BatchPlaces, 'catalog' | 'lake'>): Record<string, string> {
  const name = `spark.sql.catalog.${CATALOG}`
  const common = {
    [name]: 'org.apache.iceberg.spark.SparkCatalog',
    [`${name}.warehouse`]: lake,
    // Branches move beside Spark's own SQL, so that every statement has to look at the catalog.
    [`${name}.cache-enabled`]: 'false',
    ...(isOnAws({ catalog, lake }) ? { [`${name}.io-impl`]: 'org.apache.iceberg.aws.s3.S3FileIO' } : {}),
  }
  if (catalog.kind === 'glue') return { ...common, [`${name}.type`]: 'glue' }
  if (catalog.kind === 'rest') return { ...common, [`${name}.type`]: 'rest', [`${name}.uri`]: catalog.url }
  return {
    ...common,
    [`${name}.type`]: 'jdbc',
    [`${name}.uri`]: `jdbc:sqlite:file:${catalog.file}?busy_timeout=15000`,
    [`${name}.jdbc.schema-version`]: 'V1',
  }
}

const SSL_MODE: Readonly<Record<string, string>> = {
  auto: 'PREFERRED',
  require: 'REQUIRED',
  verify: 'VERIFY_IDENTITY',
  off: 'DISABLED',
}

/**
 * Where Spark reads MySQL from: Connector/J with each of its conversions off. The driver of MariaDB is none to use here, as
 * Spark would then quote names in a way that has the server answer with the names themselves.
 */
export function jdbcSource({ source }: Pick<BatchPlaces, 'source'>): Record<string, string> {
  const options: Record<string, string> = {
    tinyInt1isBit: 'false',
    yearIsDateType: 'false',
    zeroDateTimeBehavior: 'CONVERT_TO_NULL',
    connectionTimeZone: 'UTC',
    // Rows in MySQL's binary protocol, which spares both sides the digits of every number.
    useServerPrepStmts: 'true',
    sslMode: SSL_MODE[source.tls] ?? 'PREFERRED',
    ...(source.tls === 'off' || source.tls === 'auto' ? { allowPublicKeyRetrieval: 'true' } : {}),
  }
  const host = source.host.includes(':') ? `[${source.host}]` : source.host
  const query = Object.entries(options).map(([name, value]) => `${name}=${value}`)
  return {
    url: `jdbc:mysql://${host}:${source.port}/${encodeURIComponent(source.database)}?${query.join('&')}`,
    driver: 'com.mysql.cj.jdbc.Driver',
    user: source.user,
    ...(source.caFile === undefined ? {} : { ca: source.caFile }),
  }
}
