import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Definition } from './definition.ts'
import { type DefinitionProblem, parseDefinition } from './parse-definition.ts'

/** The dashboards that a folder declares, one a file; a file with a mistake has problems in place of a definition. */
export interface Definitions {
  /** Another text whenever a file came, went or changed. */
  stamp: string
  found: ReadonlyMap<string, Definition>
  problems: readonly DefinitionProblem[]
}

/** A text that is another one whenever a file of the folder came, went or changed. */
export async function definitionsStamp(folder: string): Promise<string> {
  const stamps = await Promise.all(
    (await yamlFiles(folder)).map(async (file) => {
      const { mtimeMs, size } = await stat(join(folder, file))
      return `${file} ${mtimeMs} ${size}`
    }),
  )
  return stamps.join('\n')
}

export async function readDefinitions(folder: string): Promise<Definitions> {
  const stamp = await definitionsStamp(folder)
  const found = new Map<string, Definition>()
  const problems: DefinitionProblem[] = []
  for (const file of await yamlFiles(folder)) {
    const parsed = parseDefinition(file, await readFile(join(folder, file), 'utf8'))
    if ('problems' in parsed) problems.push(...parsed.problems)
    else found.set(basename(file, '.yaml'), parsed.definition)
  }
  return { stamp, found, problems }
}

async function yamlFiles(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => /^[a-z0-9][a-z0-9-]*\.yaml$/.test(name)).sort()
  } catch {
    return []
  }
}
