import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { failure, inWorkshop } from './staged.ts'

test('a file that says nothing of what it is is refused until the URL says it', () =>
  inWorkshop(async ({ put, extract }) => {
    await put('README', 'Read me\nplease\n')
    await assert.rejects(extract('file:README'), failure('source_file_unreadable', /neither its name nor its first bytes/))
    assert.equal((await extract('file:README?format=csv')).rows, 1)
    await put('export', ' [{"a": 1}]')
    assert.equal((await extract('file:export')).columns[0]?.declared, 'JSON')
  }))

test('the first bytes outweigh a name that hides the compression', () =>
  inWorkshop(async ({ put, extract }) => {
    await put('x.csv', gzipSync('a,b\n1,2\n'))
    assert.equal((await extract('file:x.csv')).rows, 1)
    await put('y.csv.gz', 'a,b\n1,2\n')
    assert.equal((await extract('file:y.csv.gz')).rows, 1)
    await put('z.parquet.gz', gzipSync('PAR1'))
    await assert.rejects(extract('file:z.parquet.gz'), failure('source_file_unreadable', /a compressed Parquet file/))
  }))
