import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sparkFailure } from '../../../src/engine/spark/failure.ts'

test('What Spark says is told by what it means, without its stack, and that nothing was committed', () => {
  const said: readonly [string, string][] = [
    ["java.sql.SQLException: Access denied for user 'blotter'@'localhost' (using password: YES)", 'source_refused'],
    ['com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure', 'source_unreachable'],
    ['java.lang.ClassNotFoundException: com.mysql.cj.jdbc.Driver', 'spark_missing'],
    ['org.apache.iceberg.exceptions.CommitFailedException: Table has been updated', 'commit_conflict'],
    ['org.apache.iceberg.exceptions.NotAuthorizedException: Not authorized', 'unauthorized'],
    ['java.io.IOException: No space left on device', 'disk_full'],
    [
      'software.amazon.awssdk.core.exception.SdkClientException: Unable to load credentials from any of the providers in the chain',
      'aws_refused',
    ],
    [
      'software.amazon.awssdk.services.glue.model.GlueException: The security token included in the request is expired',
      'aws_refused',
    ],
    ['S3Exception: The provided token has expired. (Service: S3, Status Code: 400)', 'aws_refused'],
    [
      'S3Exception: The bucket you are attempting to access must be addressed using the specified endpoint. (Status Code: 301)',
      'aws_refused',
    ],
    [
      "S3Exception: The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
      'aws_refused',
    ],
    ['S3Exception: Please reduce your request rate. (Service: S3, Status Code: 503)', 'aws_unreachable'],
    ['GlueException: Rate exceeded (Service: Glue, Status Code: 400)', 'aws_unreachable'],
    [
      'org.apache.iceberg.exceptions.NotFoundException: Location does not exist: s3://lake/raw/crimes/metadata/7.json',
      'lake_damaged',
    ],
    ['java.io.FileNotFoundException: File file:/lake/raw/crimes/metadata/7.json does not exist', 'lake_damaged'],
    ['java.lang.OutOfMemoryError: Java heap space', 'memory_exhausted'],
    ['rows_disagree: 3 rows were read, 2 are good', 'rows_disagree'],
    ['spark_unreachable: spark://db:7077 has given nothing to run on within 1800 s.', 'spark_unreachable'],
    ['Application has been killed. Reason: All masters are unresponsive! Giving up.', 'spark_unreachable'],
    ['INFO Client: Retrying connect to server: master/10.0.0.1:8032. Already tried 9 time(s)', 'spark_unreachable'],
    ['Something else', 'spark_failed'],
  ]
  for (const [text, code] of said) {
    const error = sparkFailure(
      `An error occurred while calling o1.sql.\n: ${text}\n\tat org.apache.spark.Deep.inside(Deep.scala:1)`,
    )
    assert.equal(error.code, code)
    assert.match(error.message, /Nothing was committed; main of every table is as it was/)
    assert.doesNotMatch(error.message, /Deep\.scala/)
  }
})
