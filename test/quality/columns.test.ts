import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlotterError } from '../../src/errors.ts'
import { bindColumns, matchColumns } from '../../src/quality/columns.ts'
import { DEFINITION, foundColumn } from './bench.ts'

function matched(names: readonly string[], mapping: Record<string, string> = {}): Record<string, string | undefined> {
  const { columns } = matchColumns(DEFINITION, names.map(foundColumn), mapping)
  return Object.fromEntries(columns.flatMap(({ column, found }) => (found ? [[column.name, found.name]] : [])))
}

function refusal(names: readonly string[], mapping: Record<string, string> = {}): BlotterError {
  try {
    matchColumns(DEFINITION, names.map(foundColumn), mapping)
  } catch (error) {
    assert.ok(error instanceof BlotterError)
    return error
  }
  throw new Error('Nothing was refused')
}

test('names are one whatever their case, spaces, underscores, hyphens, quotes and byte order mark', () => {
  assert.deepEqual(matched(['\u{feff}ID', 'AT', '"Open"', 'w_ard', 'La-t', 'Co de']), {
    id: '\u{feff}ID',
    at: 'AT',
    code: 'Co de',
    open: '"Open"',
    ward: 'w_ard',
    lat: 'La-t',
  })
})

test('missing and extra columns are told in order', () => {
  const matching = matchColumns(DEFINITION, ['x', 'id', 'at', 'Remark', ':id'].map(foundColumn), {})
  assert.deepEqual(matching.missing, ['code', 'open', 'ward', 'lat', 'seen'])
  assert.deepEqual(
    matching.extra.map((f) => f.name),
    ['x', ':id'],
  )
  assert.equal(matching.found.get('note')?.name, 'Remark')
})

test('the configuration goes before names, an exact name before a similar one, that before an alias', () => {
  assert.deepEqual(matched(['id', 'at', 'note', 'Where'], { where: 'note' }), { id: 'id', at: 'at', note: 'Where' })
  assert.deepEqual(matched(['Id', 'id', 'at']), { id: 'id', at: 'at' })
  assert.deepEqual(matched(['id', 'at', 'remark', 'NOTE']), { id: 'id', at: 'at', note: 'NOTE' })
})

test('a column that is mapped elsewhere does not serve its own name', () => {
  assert.deepEqual(matched(['id', 'at', 'note'], { note: 'code' }), { id: 'id', at: 'at', code: 'note' })
})

test('two equally near names are refused, with the way to choose', () => {
  const error = refusal(['ID', 'Id', 'at'])
  assert.equal(error.code, 'source_column_ambiguous')
  assert.match(error.message, /"ID" and "Id"/)
  assert.match(error.todo, /columns: \{ "ID": id \}/)
  assert.equal(error.exitCode, 2)
})

test('a missing required column is refused with what is there and how to map it', () => {
  const error = refusal(['Incident Id', 'happened at', 'note'])
  assert.equal(error.code, 'source_column_missing')
  assert.equal(error.exitCode, 2)
  assert.match(error.message, /lacks required columns: id, at\. It has: Incident Id, happened at, note\./)
  assert.match(error.todo, /columns: \{ "Incident Id": id, "happened at": at \}/)
})

test('a required column without any likely name is refused with a place to put it', () => {
  const error = refusal(['id', 'b'])
  assert.match(error.message, /lacks the required column at\. It has: id, b\./)
  assert.match(error.todo, /"NAME IN THE SOURCE": at/)
})

test('a native type that cannot hold the declared one is refused', () => {
  for (const column of ['id:boolean', 'open:timestamp', 'at:long', 'lat:date', 'ward:boolean']) {
    const [name, type] = column.split(':')
    const error = refusal([...['id', 'at'].filter((other) => other !== name), column])
    assert.equal(error.code, 'source_column_type')
    assert.match(error.message, new RegExp(`"${name}" is ${type}`))
  }
})

test('a mapping to a column that is not declared is refused', () => {
  const error = refusal(['id', 'at'], { Where: 'nowhere' })
  assert.equal(error.code, 'config_invalid')
  assert.match(error.todo, /id, at, code/)
})

test('columns that mark a malformed row serve no declared one and need no required one', () => {
  const { extra, missing } = bindColumns(DEFINITION, ['id', '_line', '_surplus'].map(foundColumn), {})
  assert.deepEqual(
    extra.map((f) => f.name),
    ['_line', '_surplus'],
  )
  assert.ok(missing.includes('at'))
})
