import assert from 'node:assert/strict'
import { test } from 'node:test'
import { locationDataset, sourceDataset } from '../../src/lineage/dataset-name.ts'

const named = (url: string) => sourceDataset(url, { table: 'crimes', folder: '/city' })

test('a MySQL table is named by host, port, database and table, never by its user', () => {
  const expected = { namespace: 'mysql://db.example.org:3307', name: 'chicago.incidents', type: 'TABLE' }
  assert.deepEqual(named('mysql://reader@db.example.org:3307/chicago?table=incidents&tls=verify'), expected)
  assert.deepEqual(named('mariadb://reader@db.example.org/chicago'), {
    ...expected,
    namespace: 'mysql://db.example.org:3306',
    name: 'chicago.crimes',
  })
  assert.doesNotMatch(JSON.stringify(named('mysql://reader:canary@db/chicago')), /reader|canary/)
})

test('a file is named by its absolute path, a pattern as it stands', () => {
  assert.deepEqual(named('file:exports/*.csv?partial=true'), {
    namespace: 'file',
    name: '/city/exports/*.csv',
    type: 'FILE',
  })
  assert.deepEqual(named('file:///data/my%20crimes.csv'), { namespace: 'file', name: '/data/my crimes.csv', type: 'FILE' })
})

test('the synthetic city of another day is another version of one dataset', () => {
  const [a, b] = [named('demo://chicago?rows=10&day=0'), named('demo://chicago?rows=10&day=1')]
  assert.deepEqual([a.namespace, a.name], ['demo://chicago', 'crimes'])
  assert.deepEqual([b.namespace, b.name], [a.namespace, a.name])
  assert.notEqual(a.version, b.version)
})

test('a portal is named by its host and dataset', () => {
  assert.deepEqual(named('socrata://data.example.org/ijzp-q8t2'), {
    namespace: 'socrata://data.example.org',
    name: 'ijzp-q8t2',
    type: 'TABLE',
  })
})

test('a table of a lake is named by its location, in a folder or a bucket', () => {
  assert.deepEqual(locationDataset('file:///data/lake/raw/crimes'), { namespace: 'file', name: '/data/lake/raw/crimes' })
  assert.deepEqual(locationDataset('s3://city/lake/raw/crimes'), { namespace: 's3://city', name: 'lake/raw/crimes' })
})
