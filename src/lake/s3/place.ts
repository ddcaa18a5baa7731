import { BlotterError } from '../../errors.ts'

/** Where an object lies. */
export interface Place {
  Bucket: string
  Key: string
}

/** `s3://bucket/a/b` as bucket and key; Spark's `s3a://` too. Throws `unsupported` for what lies elsewhere. */
export function placeOf(location: string): Place {
  const [, bucket, key] = /^s3[an]?:\/\/([^/]+)\/(.*)$/.exec(location) ?? []
  if (bucket !== undefined && key !== undefined) return { Bucket: bucket, Key: key }
  throw new BlotterError('unsupported', `${location} lies in no bucket, and the lake does. Nothing was changed.`, {
    todo: 'Move the table into the bucket, or leave it to the engine that made it.',
    context: { file: location },
  })
}
