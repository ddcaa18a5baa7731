import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { LARGEST_BOUNDARIES_BYTES, readBoundaries, type Shape } from './boundaries.ts'
import type { Chart, Definition } from './definition.ts'
import { type DefinitionProblem, type Parsed, parseDefinition } from './parse-definition.ts'

/** A dashboard as its files declare it. */
export interface Declared {
  definition: Definition
  /** The shapes of each of its boundaries. */
  shapes: ReadonlyMap<string, readonly Shape[]>
}

/** The dashboards that a folder declares, one a file; a file with a mistake has problems in place of a definition. */
export interface Definitions {
  /** Another text whenever a file came, went or changed. */
  stamp: string
  found: ReadonlyMap<string, Declared>
  problems: readonly DefinitionProblem[]
  /** The dashboards that cannot be read, and the first reason of each. */
  broken: ReadonlyMap<string, DefinitionProblem>
}

/** A text that is another one whenever a file of the folder came, went or changed. */
export async function definitionsStamp(folder: string): Promise<string> {
  const stamps = await Promise.all(
    (await filesOf(folder, /^[a-z0-9][a-z0-9._-]*\.(?:yaml|geojson)$/)).map(async (file) => {
      const { mtimeMs, size } = await stat(join(folder, file))
      return `${file} ${mtimeMs} ${size}`
    }),
  )
  return stamps.join('\n')
}

export async function readDefinitions(folder: string): Promise<Definitions> {
  const stamp = await definitionsStamp(folder)
  const found = new Map<string, Declared>()
  const broken = new Map<string, DefinitionProblem>()
  const problems: DefinitionProblem[] = []
  for (const file of await filesOf(folder, /^[a-z0-9][a-z0-9-]*\.yaml$/)) {
    const name = basename(file, '.yaml')
    const parsed = parseDefinition(file, await readFile(join(folder, file), 'utf8'))
    const read = 'problems' in parsed ? parsed : await withShapes(folder, parsed)
    if ('definition' in read) found.set(name, read)
    else {
      problems.push(...read.problems)
      broken.set(name, read.problems[0]!)
    }
  }
  return { stamp, found, problems, broken }
}

/** The definition with the shapes that it names. What is optional and not there is left out of it. */
async function withShapes(
  folder: string,
  { definition, problemAt }: Extract<Parsed, { definition: Definition }>,
): Promise<Declared | { problems: DefinitionProblem[] }> {
  const shapes = new Map<string, readonly Shape[]>()
  const problems: DefinitionProblem[] = []
  for (const [name, spec] of Object.entries(definition.boundaries)) {
    const path = join(folder, spec.file)
    const size = await stat(path).then(
      (one) => one.size,
      () => undefined,
    )
    const mistake = (message: string): void => void problems.push(problemAt(['boundaries', name, 'file'], message))
    if (size === undefined) {
      if (!spec.optional) mistake(`There is no file ${spec.file} beside this one.`)
    } else if (size > LARGEST_BOUNDARIES_BYTES)
      mistake(`${spec.file} has ${size} bytes; ${LARGEST_BOUNDARIES_BYTES} are granted.`)
    else {
      const read = readBoundaries(spec.file, await readFile(path, 'utf8'), spec)
      if ('problems' in read) problems.push(...read.problems)
      else shapes.set(name, read.shapes)
    }
  }
  if (problems.length > 0) return { problems }
  return { definition: { ...definition, charts: definition.charts.flatMap((chart) => drawable(chart, shapes)) }, shapes }
}

/** What can be drawn of a chart: nothing of a map without its areas, hexagons without their lines. */
function drawable(chart: Chart, shapes: ReadonlyMap<string, unknown>): Chart[] {
  if (!('boundaries' in chart) || chart.boundaries === undefined || shapes.has(chart.boundaries)) return [chart]
  return chart.kind === 'hexagon_map' ? [{ ...chart, boundaries: undefined }] : []
}

async function filesOf(folder: string, pattern: RegExp): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => pattern.test(name)).sort()
  } catch {
    return []
  }
}
