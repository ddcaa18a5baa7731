import { S3Client } from '@aws-sdk/client-s3'

/** Throttling and hiccups are tried again by the client itself, with growing pauses. */
const ATTEMPTS = 5
const CONNECT_MS = 5_000
/** For an answer to begin, or to go on. */
const SILENT_MS = 30_000

/** Region, endpoint and credentials are found as all of AWS's tools find them. */
export function s3Client(): S3Client {
  const requestHandler = { connectionTimeout: CONNECT_MS, socketTimeout: SILENT_MS, requestTimeout: SILENT_MS }
  return new S3Client({ maxAttempts: ATTEMPTS, requestHandler })
}
