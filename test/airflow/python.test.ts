import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { pythonLiteral, pythonName } from '../../src/airflow/python.ts'

const hasPython = spawnSync('python3', ['--version']).status === 0
const skip = hasPython ? false : 'python3 is missing: install it to let Python read these literals'

describe('Literals of Python', () => {
  it('mean to Python what the data are', { skip }, () => {
    const values = fc.sample(fc.jsonValue({ noUnicodeString: false }), { numRuns: 200, seed: 7 })
    const script = 'import ast, json, sys\nprint(json.dumps([ast.literal_eval(t) for t in json.load(sys.stdin)]))'
    const input = JSON.stringify(values.map((value) => pythonLiteral(value)))
    const read: unknown = JSON.parse(execFileSync('python3', ['-c', script], { input, encoding: 'utf8' }))
    assert.deepEqual(read, JSON.parse(JSON.stringify(values)))
  })

  it('stand on one line where they fit, else each item on its own', () => {
    assert.equal(pythonLiteral({ a: [1, true, null] }), '{"a": [1, True, None]}')
    const long = pythonLiteral(Array.from({ length: 30 }, (_, n) => `word ${n}`))
    assert.equal(long.split('\n').length, 32)
    assert.ok(long.split('\n').every((line) => line.length <= 100))
  })

  it('name things as Python does', () => {
    assert.equal(pythonName('chicago-crimes'), 'chicago_crimes')
    assert.equal(pythonName('2nd city'), '_2nd_city')
  })
})
