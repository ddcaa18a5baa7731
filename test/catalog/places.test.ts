import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkFile, checkTable, defaultLocation, liesWithin, overlap, type Places } from '../../src/catalog/places.ts'
import { BlotterError } from '../../src/errors.ts'

const places: Places = { lake: 'file:///srv/lake', own: new Set(['raw', 'history']), keepOut: ['/srv/lake/state'] }
const others = [{ name: 'sandbox.notes', location: 'file:/srv/lake/sandbox/notes' }]
const refused = (error: unknown): boolean => error instanceof BlotterError && error.code === 'commit_refused'
const at = (table: string, location: string) => (): void => checkTable(places, table, location, others)

test('a table lies in the folder of its namespace unless somebody says otherwise', () => {
  assert.equal(defaultLocation(places, 'sandbox.notes'), 'file:///srv/lake/sandbox/notes')
  assert.equal(defaultLocation(places, 'a.b.c', '-x'), 'file:///srv/lake/a.b/c-x')
})

test('a table may lie anywhere in the lake that is nobody’s, in every spelling of it', () => {
  for (const location of [
    'file:///srv/lake/x/y',
    'file:/srv/lake/x/y/',
    '/srv/lake/sandbox/notes2',
    'file:///srv/lake/sand box/ü%2F',
  ]) {
    assert.doesNotThrow(at('x.y', location), location)
  }
  assert.doesNotThrow(at('sandbox.notes', 'file:///srv/lake/sandbox/notes'), 'its own place')
  assert.doesNotThrow(at('raw.more', 'file:///srv/lake/raw/more'))
})

test('a table cannot lie outside of the lake, whatever leads there', () => {
  for (const location of [
    'file:///srv/other/x',
    'file:///srv/lake2/x/y',
    'file:///srv/lake/../other/x',
    'file:///srv/lake/x/../../../etc/x',
    'file:///srv/lake/./x/y',
    'file:///srv/lake//x/y',
    'file:///srv/lake/x/y\u0000',
    'file:///srv/lake/x\\..\\y/z',
    's3://bucket/x/y',
    'http://srv/lake/x/y',
    'file:///srv/lake/citations/x',
    'file:/srv/lake/lineage/x/y',
    'srv/lake/x/y',
    'file://host/srv/lake/x/y',
    '',
    '/',
  ])
    assert.throws(at('x.y', location), refused, JSON.stringify(location))
})

test('a table cannot lie where others, the catalog or the state do', () => {
  for (const location of [
    'file:///srv/lake',
    'file:///srv/lake/x',
    'file:///srv/lake/.blotter/x',
    'file:///srv/lake/state/x',
    'file:///srv/lake/sandbox/notes',
    'file:///srv/lake/sandbox/notes/data',
    'file:///srv/lake/raw/crimes',
  ])
    assert.throws(at('x.y', location), refused, location)
})

test('files that metadata names lie in the lake, the state’s folder left out', () => {
  assert.doesNotThrow(() => checkFile(places, 'a manifest', 'file:///srv/lake/x/y/metadata/a.avro'))
  for (const location of [
    '/etc/passwd',
    'file:///srv/lake/state/identity.sqlite',
    'file:///srv/lake/.blotter/x',
    'file:///srv/lake/x/../../a',
  ]) {
    assert.throws(() => checkFile(places, 'a manifest', location), refused, location)
  }
})

test('a file is within a folder by whole names alone', () => {
  assert.ok(liesWithin('file:///a/b', '/a/b/c'))
  assert.ok(!liesWithin('file:///a/b', '/a/bc'))
  assert.ok(!liesWithin('file:///a/b', '/a/b/../c'))
  assert.ok(overlap('/a/b', 'file:/a/b/c') && overlap('/a/b/c', '/a/b') && !overlap('/a/b', '/a/bc'))
})
