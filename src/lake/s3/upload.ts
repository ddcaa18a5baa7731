import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { FileHandle } from 'node:fs/promises'
import type { Place } from './place.ts'

/**
 * Sends a file under a name that must be free: at once, or in parts, one in memory at a time. An upload that fails is given up,
 * so that no parts are left to pay for.
 */
export async function uploadInParts(client: S3Client, place: Place, file: FileHandle, partBytes: number): Promise<void> {
  const { size } = await file.stat()
  const part = async (at: number): Promise<Buffer> => {
    const bytes = Buffer.alloc(Math.min(partBytes, size - at))
    await file.read(bytes, 0, bytes.length, at)
    return bytes
  }
  if (size <= partBytes) {
    await client.send(new PutObjectCommand({ ...place, Body: await part(0), IfNoneMatch: '*' }))
    return
  }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(place))
  try {
    const Parts = []
    for (let at = 0, PartNumber = 1; at < size; at += partBytes, PartNumber++) {
      const { ETag } = await client.send(new UploadPartCommand({ ...place, UploadId, PartNumber, Body: await part(at) }))
      Parts.push({ ETag, PartNumber })
    }
    await client.send(
      new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts }, IfNoneMatch: '*' }),
    )
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => undefined)
    throw error
  }
}
