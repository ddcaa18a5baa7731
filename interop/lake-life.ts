import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

/** What happens to a lake, one after the other; after each, other readers have to see what Blotter sees. */
export interface Chapter {
  what: string
  happen(): Promise<void>
  /** The batches that are there afterwards. */
  batches: string[]
}

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const timeout = 5 * 60_000
const day = (number: number): string => `2026-11-${20 + number}T06:00:00Z`
const [FIRST, SECOND, THIRD, SPOILED, WIDER, RESTORED] = [1, 2, 3, 4, 5, 6].map(day) as [
  string,
  string,
  string,
  string,
  string,
  string,
]

/** The life of the lake `lake` in a folder (asked for when the time has come), in the order of its chapters, which must be kept. */
export function lifeOf(folderOf: () => string): Chapter[] {
  const blotter = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(join(root, 'bin', 'blotter'), [...args, '--lake', join(folderOf(), 'lake')], {
      cwd: folderOf(),
      timeout,
    })
    return stdout
  }
  const batch = async (number: number, at: string, ...more: string[]): Promise<void> => {
    await blotter('run', '--source', `demo://chicago?rows=3000&seed=1&day=${number}`, '--at', at, '--json', ...more)
  }
  return [
    {
      what: 'merges with deletes, and a quarantined row',
      batches: [FIRST, SECOND, THIRD, SPOILED],
      async happen() {
        for (const [number, at] of [FIRST, SECOND, THIRD].entries()) await batch(number, at)
        const row = `select * exclude (batch_at) replace (timestamp '2030-01-01' as updated_on, '0000-00-00' as date) from raw.crimes limit 1`
        const file = join(folderOf(), 'spoiled.csv')
        await blotter('query', row, '--format', 'csv', '--output', file)
        await blotter('run', '--source', `file:${file}?partial=true`, '--at', SPOILED, '--json')
      },
    },
    {
      what: 'compaction',
      batches: [FIRST, SECOND, THIRD, SPOILED],
      async happen() {
        await blotter('compact', '--json')
      },
    },
    {
      what: 'a column more, and deletes over compacted files',
      batches: [FIRST, SECOND, THIRD, SPOILED, WIDER],
      happen: async () => batch(3, WIDER, '--pipeline', await widerPipeline(folderOf())),
    },
    {
      what: 'a restore',
      batches: [FIRST, SECOND, THIRD, SPOILED, WIDER, RESTORED],
      async happen() {
        const pipeline = ['--pipeline', join(folderOf(), 'pipelines', 'wider')]
        await blotter('restore', FIRST, '--where', "primary_type = 'THEFT'", '--at', RESTORED, '--json', ...pipeline)
      },
    },
    {
      what: 'expiry',
      // What the restore went back to is cited by it, and stays.
      batches: [FIRST, SPOILED, WIDER, RESTORED],
      async happen() {
        await blotter('expire', '--keep-batches', '3', '--json')
      },
    },
  ]
}

/** The pipeline with one more column in its processed table. */
async function widerPipeline(folder: string): Promise<string> {
  const copy = join(folder, 'pipelines', 'wider')
  await mkdir(join(folder, 'pipelines'), { recursive: true })
  await cp(join(root, 'pipelines', 'chicago-crimes'), copy, { recursive: true })
  const index = pathToFileURL(join(root, 'src', 'index.ts')).href
  for (const file of await readdir(copy, { recursive: true })) {
    if (file.endsWith('.ts'))
      await edit(join(copy, file), (text) => text.replace(/'(?:\.\.\/)+src\/index\.ts'/, `'${index}'`))
  }
  await edit(join(copy, '2-processed', 'crimes_without_arrest.sql'), (text) =>
    text
      .replace('  batch_at: {', '  fbi_code: { type: string, doc: Code of the FBI. }\n  batch_at: {')
      .replace('  c.batch_at,', '  c.fbi_code,\n  c.batch_at,'),
  )
  return copy
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(file, 'utf8')
  await writeFile(file, change(text))
}
