import { existsSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { root } from './source-file.ts'
import type { Finding, SourceFile } from './source-file.ts'

/** Files of src/ without a test of their own, by the test that holds them instead; it must exist. */
export const testedElsewhere: Record<string, string> = {
  'src/index.ts': 'test/pipeline/load.test.ts',
}

/** Every file of src/ has its test in the same place under test/, or holds only types, or is listed above. */
export function everyFileHasItsTest(files: readonly SourceFile[], tests: ReadonlySet<string>): Finding[] {
  return files.flatMap(file => {
    if (!file.path.startsWith('src/')) return []
    const mirror = file.path.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts')
    const elsewhere = testedElsewhere[file.path]
    if (tests.has(mirror) || (elsewhere !== undefined && tests.has(elsewhere)) || isOnlyTypes(file)) return []
    return [{ path: file.path, instead: elsewhere === undefined ? mirror : `${elsewhere}, which does not exist` }]
  })
}

export function exceptionsAreNeeded(): Finding[] {
  return Object.keys(testedElsewhere)
    .filter(path => !existsSync(`${root}/${path}`))
    .map(path => ({ path, instead: 'take it out of testedElsewhere in test/tidy/mirror-rule.ts: there is no such file' }))
}

function isOnlyTypes(file: SourceFile): boolean {
  const rest = stripTypeScriptTypes(file.code).replaceAll(/^\s*import\b[^\n]*$/gm, '')
  return rest.replaceAll(/\bexport\s*\{\s*\}/g, '').trim() === ''
}
