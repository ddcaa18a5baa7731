import { open } from 'node:fs/promises'

/** The last bytes of a file of this machine; all of them when it is shorter. */
export async function readEnd(path: string, sizeBytes: number): Promise<Buffer> {
  await using file = await open(path, 'r')
  const { size } = await file.stat()
  const bytes = Buffer.alloc(Math.min(size, sizeBytes))
  const { bytesRead } = await file.read(bytes, 0, bytes.length, size - bytes.length)
  return bytes.subarray(0, bytesRead)
}
