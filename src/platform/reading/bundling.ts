import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { existsSync } from 'node:fs'
import { bundleOf } from '../../dashboard/bundle/bundle.ts'
import { BlotterError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import { dashboards, type DashboardParts } from './dashboard.ts'

export interface BundleReport {
  dashboard: string
  batch_at: BatchAt
  folder: string
  files: number
}

/** The verb that writes a dashboard into a folder, for a file server. */
export function bundling(parts: DashboardParts, log: Log) {
  return {
    /** The dashboard may be left out where there is one. The folder appears whole or not at all. Throws `output_unwritable`. */
    async exportDashboard(
      given: string | undefined,
      { at, output, suppressBelow }: { at: string; output: string; suppressBelow: number },
    ): Promise<BundleReport> {
      const folder = resolve(output)
      if (existsSync(folder)) throw unwritable(folder, 'it exists already', 'Name a folder that is not there yet.')
      await using boards = dashboards(parts, log, () => {})
      const name = given ?? (await onlyOne(await boards.list()))
      const { batchAt, files } = await bundleOf(boards, name, { at, suppressBelow })
      await writeFolder(folder, files)
      return { dashboard: name, batch_at: batchAt, folder, files: files.length }
    },
  }
}

async function onlyOne({ dashboards: known }: { dashboards: { name: string }[] }): Promise<string> {
  const [first, second] = known
  if (first && !second) return first.name
  const todo = first
    ? `Name one of ${known.map(({ name }) => name).join(', ')}.`
    : 'Declare one in `4-dashboards/NAME.yaml`.'
  throw new BlotterError('dashboard_missing', first ? 'There are several dashboards.' : 'The pipeline has no dashboard.', {
    todo,
  })
}

async function writeFolder(folder: string, files: readonly { path: string; text: string }[]): Promise<void> {
  let unfinished: string | undefined
  try {
    unfinished = await mkdtemp(join(dirname(folder), '.blotter-bundle-'))
    for (const { path, text } of files) {
      const file = join(unfinished, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    }
    await chmod(unfinished, 0o755)
    await rename(unfinished, folder)
  } catch (error) {
    if (unfinished) await rm(unfinished, { recursive: true, force: true })
    throw unwritable(folder, (error as Error).message, 'Name a folder that can be made here.', error)
  }
}

function unwritable(folder: string, why: string, todo: string, cause?: unknown): BlotterError {
  return new BlotterError('output_unwritable', `${folder} cannot be written: ${why}. Nothing was written.`, {
    todo,
    context: { path: folder },
    cause,
  })
}
