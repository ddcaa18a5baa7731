import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import {
  broken,
  exportsAreUsed,
  filesAreShort,
  functionsAreShort,
  linesAreShort,
  patternRules,
  quotesAreSingle,
} from './tidy/code-rules.ts'
import {
  adaptersAreNamedByPlatform,
  importsNameFiles,
  importsPointDown,
  noBarrels,
  noCycles,
  packagesStayAtHome,
  pipelinesImportTheIndex,
} from './tidy/import-rules.ts'
import { everyFileHasItsTest, exceptionsAreNeeded } from './tidy/mirror-rule.ts'
import { cityIsUnknown, filesAreKebabCase, lockFileNamesNoHost, namesSaySomething } from './tidy/naming-rules.ts'
import { readSources, root } from './tidy/source-file.ts'
import { classesAreUsed } from './tidy/style-rules.ts'
import type { Finding } from './tidy/source-file.ts'

const folders = ['src', 'pipelines', 'test', 'scripts', 'interop', 'bench', 'infra', 'examples']
const files = readSources(folders.map((folder) => `${folder}/**/*.ts`))
const pages = readSources(['web/src/**/*.ts'])
const styles = readSources(['web/src/**/*.css'])
const prose = ['*.{md,json,yaml}', 'docs/**/*.md', 'pipelines/**/*.{sql,yaml,csv}']
const texts = readSources([...prose, 'scripts/*.mjs', 'bin/*', '.ci/*', 'interop/**/*.py'])
const lock = readFileSync(`${root}/package-lock.json`, 'utf8')

function none(found: readonly Finding[]): void {
  const lines = found.map(({ path, line, instead }) => `${path}${line === undefined ? '' : `:${line}`}  instead: ${instead}`)
  assert.equal(lines.length, 0, `\n${lines.join('\n')}\n`)
}

describe('The imports', () => {
  it('point down the ranks of ARCHITECTURE.md, and never sideways', () => none(importsPointDown(files)))
  it('form no cycle', () => none(noCycles(files)))
  it('name an adapter only in platform.ts and in tests', () => none(adaptersAreNamedByPlatform(files)))
  it('name a package only where it is at home', () => none(packagesStayAtHome(files)))
  it('of a pipeline name only src/index.ts', () => none(pipelinesImportTheIndex(files)))
  it('name files that exist, and built-in modules by node:', () => none(importsNameFiles([...files, ...pages])))
  it('come from files that name each export', () => none(noBarrels(files)))
})

describe('The code', () => {
  for (const [sentence, rule] of Object.entries(patternRules)) it(sentence, () => none(broken(rule, [...files, ...texts])))
  it('exports what another file names, and nothing else', () => none(exportsAreUsed(files)))
  it('quotes with single quotes', () => none(quotesAreSingle(files)))
  it('stands in lines of at most 150 characters, texts included', () => none(linesAreShort(files, 150)))
  it('stands in files of at most 300 lines, its tests of at most 400', () => {
    const isTest = ({ path }: { path: string }): boolean => path.startsWith('test/') || path.endsWith('.test.ts')
    none([
      ...filesAreShort(
        files.filter((file) => !isTest(file)),
        300,
      ),
      ...filesAreShort(files.filter(isTest), 400),
    ])
  })
  it('stands in functions of about 70 lines at most', () => none(functionsAreShort(files, 75)))
})

describe('The names', () => {
  it('say something', () => none(namesSaySomething(files)))
  it('of files are in kebab-case', () => none(filesAreKebabCase(files)))
  it('under src/ are of no city', () => none(cityIsUnknown(files)))
  it('in the lock file are of no registry', () => none(lockFileNamesNoHost(lock)))
})

describe('The style sheets', () => {
  it('have no class that nothing bears', () => none(classesAreUsed(styles, readSources(['web/src/**/*.{ts,tsx}']))))
  it('are of at most 300 lines', () => none(filesAreShort(styles, 300)))
})

describe('The tests', () => {
  it('load every file of their part', () => none(everyFileHasItsTest(files)))
  it('have no exception that is not needed', () => none(exceptionsAreNeeded(files)))
})
