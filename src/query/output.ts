import { mkdtemp, open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { BlotterError, diskFull } from '../errors.ts'

/** A file that appears whole or not at all: it is written in a folder beside it and moved at the end. */
export interface OutputFile extends AsyncDisposable {
  /** The folder it is written in. */
  readonly folder: string
  /** Where to write. */
  readonly unfinished: string
  /** Moves it to its name. */
  finish(): Promise<void>
}

/** Throws `output_unwritable` where there is such a file already, or where it cannot be written. */
export async function openOutput(path: string): Promise<OutputFile> {
  const target = resolve(path)
  const found = await stat(target).catch(() => undefined)
  if (found?.isDirectory()) throw unwritable(target, 'it is a folder', 'Name a file in it, which is made.')
  if (found) throw unwritable(target, 'it exists already', 'Remove it first, or name another file.')
  let folder: string
  try {
    folder = await mkdtemp(join(dirname(target), '.blotter-output-'))
  } catch (error) {
    throw asUnwritable(target, error)
  }
  const unfinished = join(folder, 'output')
  return {
    folder,
    unfinished,
    async finish() {
      // Between the check at the start and now somebody may have made it; a rename would overwrite that silently.
      if (await exists(target)) throw unwritable(target, 'it exists by now', 'Remove it first, or name another file.')
      await rename(unfinished, target).catch((error: unknown) => {
        throw asUnwritable(target, error)
      })
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Writes pieces of text into the output, each before the next is asked for. */
export async function writeTexts(output: OutputFile, texts: AsyncIterable<string>): Promise<void> {
  let file: FileHandle | undefined
  try {
    file = await open(output.unfinished, 'wx')
    for await (const text of texts) await file.appendFile(text)
    await file.sync()
  } catch (error) {
    if (error instanceof BlotterError) throw error
    throw asUnwritable(output.unfinished, error)
  } finally {
    await file?.close()
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function asUnwritable(path: string, error: unknown): BlotterError {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC') return diskFull(error)
  const why =
    code === 'ENOENT' ? 'its folder does not exist' : code === 'EACCES' ? 'permission is denied' : (error as Error).message
  return unwritable(path, why, 'Name a file in a folder that you can write to.', error)
}

function unwritable(path: string, why: string, todo: string, cause?: unknown): BlotterError {
  return new BlotterError('output_unwritable', `${path} cannot be written: ${why}. Nothing was written.`, {
    todo,
    context: { path },
    cause,
  })
}
