import { stripTypeScriptTypes } from 'node:module'
import { importsOf } from './source-file.ts'
import type { Finding, SourceFile } from './source-file.ts'

/** Files of src/ that no test of their own part loads, by the test that holds them instead. */
const testedElsewhere: Record<string, string> = {
  // A process of its own: started, signalled and killed from outside.
  'src/cli/main.ts': 'test/cli/main.test.ts',
  // A thread of its own, started by the counters.
  'src/dashboard/count/counting-thread.ts': 'test/dashboard/figures.test.ts',
  // A thread of its own, started by the sink.
  'src/engine/duckdb/column-sink-thread.ts': 'test/engine/duckdb/column-sink.test.ts',
  // The process of a query, and what it does: started, and killed, from outside.
  'src/platform/serving/query-process.ts': 'test/query/sandbox/sandbox.test.ts',
  'src/query/sandbox/answer-query.ts': 'test/query/sandbox/sandbox.test.ts',
  // A table; that it is documented and complete is checked there.
  'src/errors.ts': 'test/docs.test.ts',
}

/**
 * Every file of src/ has its test in the same place under test/, or is loaded by another test of its part, or holds only
 * types, or is listed above with a test that exists.
 */
export function everyFileHasItsTest(files: readonly SourceFile[]): Finding[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const loaded = new Map<string, Set<string>>()
  const loadedBy = (part: string): Set<string> => {
    const known = loaded.get(part) ?? reach(byPath, testsOf(files, part))
    loaded.set(part, known)
    return known
  }
  return files.flatMap((file) => {
    const [, part] = /^src\/([^/.]+)/.exec(file.path) ?? []
    const elsewhere = testedElsewhere[file.path]
    if (part === undefined || loadedBy(part).has(file.path) || (elsewhere !== undefined && byPath.has(elsewhere))) return []
    if (isOnlyTypes(file)) return []
    const mirror = file.path.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts')
    return [{ path: file.path, instead: elsewhere === undefined ? mirror : `${elsewhere}, which does not exist` }]
  })
}

export function exceptionsAreNeeded(files: readonly SourceFile[]): Finding[] {
  const paths = new Set(files.map((file) => file.path))
  return Object.keys(testedElsewhere)
    .filter((path) => !paths.has(path))
    .map((path) => ({ path, instead: 'take it out of testedElsewhere in test/tidy/mirror-rule.ts: there is no such file' }))
}

function testsOf(files: readonly SourceFile[], part: string): string[] {
  const isOfPart = new RegExp(`^test/${part}(?:/.*)?\\.test\\.ts$`)
  return files.map((file) => file.path).filter((path) => isOfPart.test(path))
}

function reach(byPath: ReadonlyMap<string, SourceFile>, from: readonly string[]): Set<string> {
  const seen = new Set<string>()
  const queue = [...from]
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const file = byPath.get(path)
    if (file === undefined || seen.has(path)) continue
    seen.add(path)
    queue.push(...importsOf(file).flatMap(({ target }) => target ?? []))
  }
  return seen
}

function isOnlyTypes(file: SourceFile): boolean {
  const rest = stripTypeScriptTypes(file.code).replaceAll(/^\s*import\b[^\n]*$/gm, '')
  return rest.replaceAll(/\bexport\s*\{\s*\}/g, '').trim() === ''
}
