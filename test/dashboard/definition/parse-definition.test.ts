import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readDefinitions } from '../../../src/dashboard/definition/definitions.ts'
import { parseDefinition } from '../../../src/dashboard/definition/parse-definition.ts'

const SHIPPED = join(import.meta.dirname, '../../../pipelines/chicago-crimes/4-dashboards')

test('the shipped dashboards are as they have to be', async () => {
  const { found, problems } = await readDefinitions(SHIPPED)
  assert.deepEqual(problems, [])
  assert.deepEqual([...found.keys()], ['crimes-without-arrest'])
})

const text = await readFile(join(SHIPPED, 'crimes-without-arrest.yaml'), 'utf8')

/** The shipped file with one mistake, and where it stands. */
const mistakes: [what: string, from: string, to: string, message: RegExp][] = [
  ['an unknown key', 'spark: true', 'sparks: true', /There is no key "charts\.0\.sparks"/],
  ['a kind that is none', 'kind: heat_map', 'kind: heatmap', /charts\.2/],
  ['a dimension that is not there', 'dimension: hours', 'dimension: hour', /"hour" is no dimension/],
  ['a chart that cannot draw it', 'kind: columns', 'kind: areas', /areas cannot draw the kind time/],
  [
    'a name that links use',
    '  area:\n    kind: category',
    '  from:\n    kind: category',
    /"from" means something else in links/,
  ],
  ['a number that is too small', 'size_m: 350', 'size_m: 3', /dimensions\.place\.size_m/],
  ['the same chart twice', 'id: months', 'id: types', /"types" is another chart/],
]

test('a mistake is told with its line and column', () => {
  for (const [what, from, to, message] of mistakes) {
    assert.ok(text.includes(from), what)
    const parsed = parseDefinition('x.yaml', text.replace(from, to))
    assert.ok('problems' in parsed, what)
    const problem = parsed.problems.find((one) => message.test(one.message))
    assert.ok(problem, `${what}: ${JSON.stringify(parsed.problems)}`)
    const line = text.slice(0, text.indexOf(from)).split('\n').length
    // Of a kind that is none nothing below the chart can be told.
    assert.ok(Math.abs(problem.line - line) <= 1, `${what}: line ${problem.line}, expected ${line}`)
    assert.ok(problem.column >= 1, what)
  }
})

test('what is no YAML, an alias without an anchor, a list and an empty file are told, too', () => {
  for (const broken of ['title: [a', 'title: *nobody', '- a\n- b', '', 'title: "a']) {
    const parsed = parseDefinition('x.yaml', broken)
    assert.ok('problems' in parsed && parsed.problems.length > 0, broken)
    assert.ok(parsed.problems.every(({ line, column, file }) => line >= 1 && column >= 1 && file === 'x.yaml'))
  }
})

test('one file with a mistake keeps no other from being read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  await writeFile(join(folder, 'good.yaml'), text)
  await writeFile(join(folder, 'bad.yaml'), 'title: 1')
  await writeFile(join(folder, 'notes.txt'), 'nothing')
  const { found, problems } = await readDefinitions(folder)
  assert.deepEqual([...found.keys()], ['good'])
  assert.ok(problems.every(({ file }) => file === 'bad.yaml'))
  assert.equal((await readDefinitions(join(folder, 'none'))).found.size, 0)
  await rm(folder, { recursive: true })
})
