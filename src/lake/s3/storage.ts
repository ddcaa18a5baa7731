import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { awsFailure, isMissing, isTaken } from '../aws-failure.ts'
import { readEnd } from '../read/read-end.ts'
import { lakeDamaged, type Storage } from '../storage.ts'
import { type Cache, openCache } from './cache.ts'
import { s3Client } from './client.ts'
import { type Place, placeOf } from './place.ts'
import { uploadInParts } from './upload.ts'

export interface S3StorageOptions {
  /** Where local copies lie: the engine reads no bucket, and what it wrote waits there to be sent. */
  cacheFolder: string
  /** How much of it may be kept for later; what is in use stays all the same. */
  cacheLimitBytes: number
  /** For tests. */
  client?: S3Client
}

/** Larger files are sent in parts of this size. */
const PART_BYTES = 16 * 2 ** 20

/**
 * A lake in an S3 bucket. A new object is made only where there is none (`If-None-Match: *`), so that of two writers of one name
 * one learns that it lost. Every file of a lake is immutable: a local copy is as good as the object. Errors: `aws_refused`,
 * `aws_unreachable` after five attempts, `lake_damaged` for a missing object.
 */
export function s3Storage({ cacheFolder, cacheLimitBytes, client = s3Client() }: S3StorageOptions): Storage {
  const cache = openCache(cacheFolder, cacheLimitBytes)
  return { ...reading(client, cache), ...writing(client, cache), enginePath: (location) => cache.pathOf(placeOf(location)) }
}

type Reading = Pick<Storage, 'read' | 'readTail' | 'sizeBytes' | 'provide' | 'exists' | 'list'>

async function found<T>(location: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isMissing(error)) throw lakeDamaged(location, 'is missing', error)
    throw awsFailure(error, `Reading ${location}`)
  }
}

function reading(client: S3Client, cache: Cache): Reading {
  const get = async (place: Place, Range?: string): Promise<Readable> =>
    (await client.send(new GetObjectCommand({ ...place, ...(Range ? { Range } : {}) }))).Body as Readable
  /** The end of a file, from its copy where there is one. */
  const end = async (location: string, sizeBytes: number, range?: string): Promise<Buffer> => {
    const place = placeOf(location)
    if ((await cache.sizeOf(place)) !== undefined) return readEnd(cache.pathOf(place), sizeBytes)
    return found(location, async () => Buffer.concat((await Array.fromAsync(await get(place, range))) as Buffer[]))
  }
  return {
    read: (location) => end(location, Infinity),
    readTail: (location, sizeBytes) => end(location, sizeBytes, `bytes=-${sizeBytes}`),
    sizeBytes: (location) => found(location, () => sizeOf(client, location)),
    async provide(location) {
      const place = placeOf(location)
      const known = await cache.sizeOf(place)
      if (known !== undefined) return known
      await found(location, async () => cache.put(place, await get(place)))
      return (await cache.sizeOf(place)) ?? 0
    },
    async exists(location) {
      try {
        await sizeOf(client, location)
        return true
      } catch (error) {
        if (isMissing(error)) return false
        throw awsFailure(error, `Looking for ${location}`)
      }
    },
    async *list(folder) {
      const { Bucket, Key } = placeOf(`${folder.replace(/\/+$/, '')}/`)
      try {
        for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: Key }))
          for (const { Key: key = '', Size: sizeBytes = 0, LastModified } of page.Contents ?? [])
            yield { location: `s3://${Bucket}/${key}`, sizeBytes, modifiedMs: LastModified?.getTime() ?? 0 }
      } catch (error) {
        throw awsFailure(error, `Listing ${folder}`)
      }
    },
  }
}

function writing(client: S3Client, cache: Cache): Pick<Storage, 'writeNew' | 'persist' | 'remove'> {
  return {
    async writeNew(location, bytes) {
      try {
        await client.send(new PutObjectCommand({ ...placeOf(location), Body: bytes, IfNoneMatch: '*' }))
        return bytes.length
      } catch (error) {
        throw isTaken(error) ? taken(location, error) : awsFailure(error, `Writing ${location}`)
      }
    },
    async persist(location) {
      const place = placeOf(location)
      // What an engine elsewhere wrote straight into the bucket has no copy here, and is durable there.
      if ((await cache.sizeOf(place)) === undefined) return void (await found(location, () => sizeOf(client, location)))
      await using file = await open(cache.pathOf(place), 'r')
      try {
        await uploadInParts(client, place, file, PART_BYTES)
      } catch (error) {
        // A run that goes on after an interruption sends what it has sent already: the same bytes under a name of its own.
        if (isTaken(error) && (await sizeOf(client, location)) === (await file.stat()).size) return
        throw isTaken(error) ? taken(location, error) : awsFailure(error, `Writing ${location}`)
      }
    },
    async remove(location) {
      const place = placeOf(location)
      await cache.remove(place)
      try {
        await client.send(new DeleteObjectCommand(place))
      } catch (error) {
        throw awsFailure(error, `Removing ${location}`)
      }
    },
  }
}

async function sizeOf(client: S3Client, location: string): Promise<number> {
  return (await client.send(new HeadObjectCommand(placeOf(location)))).ContentLength ?? 0
}

/** What a file system says where a name is taken, so that callers need know of one way only. */
function taken(location: string, cause: unknown): Error {
  return Object.assign(new Error(`${location} exists already`, { cause }), { code: 'EEXIST' })
}
