import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { blank } from './blank.ts'
import { broken, exportsAreUsed, functionsAreShort, patternRules, quotesAreSingle } from './code-rules.ts'
import { adaptersAreNamedByPlatform, importsPointDown, noCycles, packagesStayAtHome } from './import-rules.ts'
import { everyFileHasItsTest } from './mirror-rule.ts'
import { cityIsUnknown, filesAreKebabCase, lockFileNamesNoHost, namesSaySomething } from './naming-rules.ts'
import { importsOf, sourceFile } from './source-file.ts'
import type { Finding } from './source-file.ts'
import { classesAreUsed } from './style-rules.ts'

const backtick = '`'

function judge(sentence: keyof typeof patternRules, path: string, text: string): number {
  const rule = patternRules[sentence]
  assert.ok(rule)
  return broken(rule, [sourceFile(path, text)]).length
}

const lines = (found: readonly Finding[]): string[] => found.map(({ path, instead }) => `${path}: ${instead}`)

describe('Reading a source', () => {
  it('keeps code and blanks comments, quotes, templates and regular expressions', () => {
    const text = `a('x // y') // z\nb(/["']/.test(c), ${backtick}d \${e(${backtick}f${backtick})} g${backtick}) / 2`
    const { code, bare } = blank(text)
    assert.equal(code.length, text.length)
    assert.equal(code, text.replace('// z', '    '))
    assert.equal(bare, `a('      ')     \nb(/    /.test(c), ${backtick}  \${e(${backtick} ${backtick})}  ${backtick}) / 2`)
  })

  it('finds imports of every kind and follows them', () => {
    const dynamic = "await import('./d.ts')\n// from './e.ts'"
    const text = `import a from './a.ts'\nimport type { B } from '../b.ts'\nexport { c } from 'c'\n${dynamic}`
    const found = importsOf(sourceFile('src/x/y.ts', text)).map(({ line, target, specifier }) => [line, target ?? specifier])
    assert.deepEqual(found, [
      [1, 'src/x/a.ts'],
      [2, 'src/b.ts'],
      [3, 'c'],
      [4, 'src/x/d.ts'],
    ])
  })
})

describe('The rules of imports', () => {
  it('refuse what points up or sideways, and allow what points down', () => {
    const imports = ['../model/schema.ts', '../engine/engine.ts', '../query/q.ts'].map((path) => `import a from '${path}'`)
    const found = importsPointDown([sourceFile('src/lake/plan.ts', imports.join('\n'))])
    const told = found.map(({ instead }) => instead.split(':')[0])
    assert.deepEqual(told, ['engine stands beside lake', 'query stands above lake'])
  })

  it('let only platform.ts name an adapter', () => {
    const text = "import { mysql } from './source/mysql/source.ts'"
    assert.equal(adaptersAreNamedByPlatform([sourceFile('src/platform.ts', text)]).length, 0)
    assert.equal(adaptersAreNamedByPlatform([sourceFile('src/index.ts', text)]).length, 1)
  })

  it('keep a package in its home', () => {
    const text = "import mysql from 'mysql2/promise'"
    assert.equal(packagesStayAtHome([sourceFile('src/source/mysql/source.ts', text)]).length, 0)
    const away = packagesStayAtHome([sourceFile('src/load/load.ts', text)])
    assert.match(away[0]?.instead ?? '', /only in src\/source\/mysql\//)
    const homeless = packagesStayAtHome([sourceFile('src/load/load.ts', "import x from 'left-pad'")])
    assert.match(homeless[0]?.instead ?? '', /argue left-pad/)
  })

  it('see a cycle once', () => {
    const a = sourceFile('src/a.ts', "import './b.ts'")
    const b = sourceFile('src/b.ts', "import './a.ts'")
    assert.equal(noCycles([a, b]).length, 1)
  })
})

describe('The rules of code', () => {
  it('know where the clock, the environment and the exit are', () => {
    assert.equal(judge('The time is asked for in clock.ts alone', 'src/a.ts', 'Date.now(); new Date(); new Date(7)'), 2)
    assert.equal(judge('The time is asked for in clock.ts alone', 'src/clock.ts', 'Date.now()'), 0)
    const env = "process.env.X // process.env\n'process.env'"
    assert.equal(judge('The environment is read in config.ts alone', 'src/a.ts', env), 1)
    assert.equal(judge('The process ends in cli/main.ts alone', 'src/a.ts', 'process.exit(1)'), 1)
  })

  it('tell the type `any` from the word', () => {
    assert.equal(judge('Nothing is typed `any`', 'src/a.ts', 'let a: any; f(b as any); x.any(); const any = 1; // any'), 2)
  })

  it('tell quotes that spare an apostrophe from others', () => {
    assert.equal(quotesAreSingle([sourceFile('a.ts', 'f("a", "it\'s", \'"b"\')')]).length, 1)
  })

  it('know what no other file names, whatever is said of it', () => {
    const own = sourceFile('src/a.ts', 'export const used = 1\nexport function alone() {}\nexport type Kept = 1')
    const other = sourceFile('src/b.ts', "import { used } from './a.ts' // alone")
    assert.deepEqual(lines(exportsAreUsed([own, other])), ['src/a.ts: alone without `export`'])
  })

  it('measure functions, not the blocks within or around them', () => {
    const body = 'x()\n'.repeat(80)
    const long = (header: string): number => functionsAreShort([sourceFile('a.ts', `${header} {\n${body}}`)], 70).length
    assert.deepEqual(['function f()', 'const f = () =>', '  async go(a: string): Promise<void>'].map(long), [1, 1, 1])
    assert.deepEqual(['class A', '  for (const a of b)', 'const a ='].map(long), [0, 0, 0])
    const grouping = sourceFile('a.ts', `describe('x', () => {\n  it('y', z)\n${body}})`)
    assert.equal(functionsAreShort([grouping], 70).length, 0)
  })
})

describe('The rules of names', () => {
  it('refuse empty words, prefixes and camel-case files', () => {
    const empty = [sourceFile('src/utils/x.ts', ''), sourceFile('src/a.ts', 'class RunManager {}\ninterface IThing {}')]
    assert.equal(namesSaySomething(empty).length, 3)
    assert.equal(namesSaySomething([sourceFile('src/a.ts', 'interface IcebergTable {}\ntype Id = string')]).length, 0)
    assert.deepEqual(lines(filesAreKebabCase([sourceFile('src/batchAt.ts', '')])), ['src/batchAt.ts: batch-at.ts'])
  })

  it('find a column of Chicago in code and texts but not in comments', () => {
    const text = "// iucr\nconst sql = 'select primary_type'\nrow.caseNumber"
    assert.equal(cityIsUnknown([sourceFile('src/a.ts', text)]).length, 2)
  })

  it('find an address in a lock file', () => {
    assert.equal(lockFileNamesNoHost('{"a":{"resolved":""}}').length, 1)
  })

  it('want a test for code and none for types', () => {
    const code = sourceFile('src/a.ts', 'export const a = 1')
    const types = sourceFile('src/b.ts', "import type { A } from './a.ts'\nexport interface B { a: A }")
    assert.deepEqual(lines(everyFileHasItsTest([code, types])), ['src/a.ts: test/a.test.ts'])
    const part = { 'src/c/d.ts': "import './e.ts'\nd()", 'src/c/e.ts': 'e()', 'src/c/f.ts': 'f()' }
    const files = Object.entries({ ...part, 'test/c/d.test.ts': "import '../../src/c/d.ts'" })
    const found = everyFileHasItsTest(files.map(([path, text]) => sourceFile(path, text)))
    assert.deepEqual(lines(found), ['src/c/f.ts: test/c/f.test.ts'])
  })
})

describe('The rules of style sheets', () => {
  it('find a class that nothing bears, and spare composed ones and those of packages', () => {
    const style = sourceFile('a.css', '.used,\n.dead > a {\n}\n.tone-3 {\n  & .cm-line {\n  }\n}\n')
    const page = sourceFile('a.tsx', '<i className={`used tone-${n}`} />')
    assert.deepEqual(lines(classesAreUsed([style], [page])), ['a.css: take the rule of `.dead` out'])
  })
})
