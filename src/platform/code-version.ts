import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pipeline } from '../model/pipeline.ts'

/** Blotter's version and a hash over the pipeline's files: what made a batch, to be told from what made another. */
export async function codeVersionOf(pipeline: Pipeline): Promise<string> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  const files = await readdir(pipeline.folder, { recursive: true, withFileTypes: true })
  const parts = files.filter((file) => file.isFile() && /\.(ts|sql|csv|yaml)$/.test(file.name))
  const paths = parts.map((file) => join(file.parentPath, file.name))
  const hash = createHash('sha256')
  for (const path of paths.sort()) hash.update(await readFile(path))
  return `${version}+${hash.digest('hex').slice(0, 12)}`
}
