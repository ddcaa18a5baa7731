import { BlotterError, type ErrorCode } from '../../errors.ts'
import { AWS_ADVICE } from '../../errors/aws-error.ts'

/** What Spark, its drivers and its catalogs say, and what it means here; the first that fits counts. Python reads the patterns alike. */
export const MEANINGS: readonly [said: RegExp, code: ErrorCode, todo: string][] = [
  [/rows_disagree/, 'rows_disagree', 'Run `blotter run` again; if it says the same, report it.'],
  [
    /ClassNotFoundException|NoClassDefFoundError|No suitable driver|unresolved dependenc/,
    'spark_missing',
    'Name the jars of Iceberg and the drivers as `spark: { jars: [...] }`; docs/spark.md lists their Maven coordinates.',
  ],
  [
    /spark_unreachable|All masters are unresponsive|Retrying connect to server/,
    'spark_unreachable',
    'Look whether the cluster of `spark.master` runs and has memory and cores to give, then run it again.',
  ],
  [/Access denied for user/, 'source_refused', 'Check the account and its password; it needs SELECT on the table.'],
  [/Table '.*' doesn't exist|Unknown database/, 'source_table_missing', 'Name a table that is there.'],
  [
    /Communications link failure|Connection refused|UnknownHostException/,
    'source_unreachable',
    'Check host, port and network.',
  ],
  [/Query execution was interrupted|Connection reset|EOFException/, 'source_lost', 'Run `blotter run` again.'],
  [/Unable to load credentials from any of the providers/, 'aws_refused', AWS_ADVICE.no_credentials],
  [
    /ExpiredToken|token (?:included in the request )?(?:is|has) expired|InvalidClientTokenId/,
    'aws_refused',
    AWS_ADVICE.expired,
  ],
  [
    /must be addressed using the specified endpoint|PermanentRedirect|the region '.*' is wrong/,
    'aws_refused',
    'The bucket is in another region: set AWS_REGION to its region.',
  ],
  [/ThrottlingException|SlowDown|reduce your request rate|Rate exceeded/, 'aws_unreachable', AWS_ADVICE.busy],
  [
    /Location does not exist: |Failed to open input stream for file: |FileNotFoundException: File \S+ does not exist/,
    'lake_damaged',
    'Restore that file from a copy of the lake; `blotter doctor` says what else is missing.',
  ],
  [/NotAuthorizedException/, 'unauthorized', 'Give a token of `blotter token add` as BLOTTER_SPARK_TOKEN.'],
  [/ForbiddenException/, 'forbidden', 'Give a token with the scopes catalog:read and pipeline:write.'],
  [/CommitFailedException|ValidationException: Cannot commit/, 'commit_conflict', 'Run `blotter run` again.'],
  [/No space left on device/, 'disk_full', 'Free some space, then run `blotter run` again.'],
  [/OutOfMemoryError|Container killed/, 'memory_exhausted', 'Grant more: `memory: 4GiB`, or `spark.conf` of a cluster.'],
  [/(?:)/, 'spark_failed', 'Look at what Spark says with `--debug`, then run `blotter run` again.'],
]

/** How long a message of Spark's may be in ours. */
const SHOWN = 600

/** What an application failed with. `text` is what it said last; none of it is committed. */
export function sparkFailure(text: string): BlotterError {
  const [, code, todo] = MEANINGS.find(([pattern]) => pattern.test(text))!
  const said = firstLines(text)
  return new BlotterError(code, `Spark failed: ${said}\nNothing was committed; main of every table is as it was.`, { todo })
}

/** What a person would read first: no stack. */
function firstLines(text: string): string {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*(at |\.\.\. \d+ more|JVM stacktrace)/.test(line))
  const cause = lines.findLast((line) => line.startsWith('Caused by:'))
  const told = [...lines.slice(0, 3), ...(cause && !lines.slice(0, 3).includes(cause) ? [cause] : [])].join(' ')
  return told.length > SHOWN ? `${told.slice(0, SHOWN)} …` : told || 'it said nothing.'
}
