import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { docsText, MADE } from '../scripts/docs.ts'
import { ERRORS } from '../src/errors.ts'
import { ranks } from './tidy/import-rules.ts'
import { root } from './tidy/source-file.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const pages = globSync(['*.md', 'docs/**/*.md', 'interop/*.md', 'examples/**/*.md'], { cwd: root })

/** What stands in code blocks and code spans. */
function codeOf(page: string): string[] {
  return [...page.matchAll(/```\w*\n([\s\S]*?)```|`([^`\n]+)`/g)].flatMap((match) =>
    (match[1] ?? match[2] ?? '').split('\n'),
  )
}

describe('The documents', () => {
  it('link only to what exists', () => {
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !existsSync(join(root, dirname(page), target)))
        .map((target) => `${page} → ${target}`),
    )
    assert.deepEqual(broken, [])
  })

  it('are all to be found from the first page', () => {
    const unlinked = pages.filter((page) => page.startsWith('docs/') && !read('README.md').includes(`](${page})`))
    assert.deepEqual(unlinked, [])
  })

  it('name only verbs that the command line has', () => {
    const verbs = new Set(globSync('src/cli/verbs/*.ts', { cwd: root }).flatMap((path) => commandsIn(read(path))))
    const pattern = /(?:^|\s)(?:bin\/)?blotter ([a-z]+)\b/g
    const named = pages.flatMap((page) =>
      codeOf(read(page)).flatMap((code) => [...code.matchAll(pattern)].map(([, verb]) => ({ page, verb }))),
    )
    assert.ok(named.length > 5)
    const unknown = named.filter(({ verb = '' }) => !verbs.has(verb))
    assert.deepEqual(unknown, [])
  })

  it('name only npm scripts and files that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    for (const code of pages.flatMap((page) => codeOf(read(page)))) {
      const script = /^npm (?:run )?(start|test|[\w:]+)\b/.exec(code)?.[1]
      const isOwn = script !== undefined && !['install', 'ci', 'exec'].includes(script)
      if (isOwn) assert.ok(scripts[script], `npm has no script ${script}`)
      const path = /^(?:src|test|scripts|interop|pipelines|docs|bin|\.ci)\/[\w./-]*$/.exec(code)?.[0]
      const isExample = path === 'test/lake/read/plan.test.ts' || path === 'src/lake/read/plan.ts'
      if (path !== undefined && !isExample) assert.ok(existsSync(join(root, path)), `there is no ${path}`)
    }
  })

  it('argue every dependency, and none that is not there', () => {
    const places = { 'package.json': '## Dependencies\n', 'web/package.json': '## Dependencies of the pages\n' }
    for (const [path, heading] of Object.entries(places)) {
      const manifest = JSON.parse(read(path)) as Record<string, Record<string, string>>
      const groups = [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies]
      const argued = [...section(read('ARCHITECTURE.md'), heading).matchAll(/^\| `([^`]+)` \| .{20,} \|$/gm)]
      assert.deepEqual(argued.map(([, name]) => name).sort(), groups.flatMap((group) => Object.keys(group ?? {})).sort())
    }
  })

  it('explain every error code with its exit code and remedy', () => {
    const rows = [...read('docs/errors.md').matchAll(/^\| `(\w+)` \| (\d+) \| ([\w-]+) \| .{10,} \| .{10,} \|$/gm)]
    const told = Object.fromEntries(rows.map(([, code, exit, remedy]) => [code, { exit: Number(exit), remedy }]))
    assert.deepEqual(told, Object.fromEntries(Object.entries(ERRORS).map(([code, error]) => [code, { ...error }])))
    assert.equal(rows.length, Object.keys(ERRORS).length)
  })

  it('have of the sources what `npm run docs` writes', () => {
    for (const [file, make] of Object.entries(MADE)) assert.equal(docsText(file), make(docsText(file)), file)
  })

  it('give the ranks that the test of house rules holds', () => {
    const [block = ''] = /(?<=import-rules\.ts`\):\n\n)[\s\S]*?(?=\n\n)/.exec(read('ARCHITECTURE.md')) ?? []
    const told = block.split('→').map((rank) => rank.trim().split(/\s+/).sort())
    assert.deepEqual(
      told,
      ranks.map((rank) => rank.toSorted()),
    )
  })
})

function commandsIn(text: string): string[] {
  return [...text.matchAll(/\.command\('([a-z]+)/g)].map(([, name = '']) => name)
}

function section(page: string, heading: string): string {
  const begin = page.indexOf(`${heading}\n`)
  const end = page.indexOf('\n## ', begin + 1)
  return page.slice(begin, end === -1 ? undefined : end)
}
