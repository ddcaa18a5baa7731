import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlotterError } from '../../../src/errors.ts'
import { parseFileUrl, unescaped } from '../../../src/source/file/url.ts'

const READ: readonly [string, ReturnType<typeof parseFileUrl>][] = [
  ['file:exports/*.csv', { pattern: 'exports/*.csv', partial: false }],
  ['file:/data/x.parquet', { pattern: '/data/x.parquet', partial: false }],
  ['file:daily.json?partial=true', { pattern: 'daily.json', partial: true }],
  ['file:x?partial=false&format=CSV', { pattern: 'x', partial: false, format: 'csv' }],
  ['file:x.csv?encoding=windows-1252', { pattern: 'x.csv', partial: false, encoding: 'windows-1252' }],
  ['file:part-?.csv', { pattern: 'part-?.csv', partial: false }],
  ['file:part-?.csv?partial=true', { pattern: 'part-?.csv', partial: true }],
  ['file:größe 1%.csv', { pattern: 'größe 1%.csv', partial: false }],
  ['file:a=b/x.csv', { pattern: 'a=b/x.csv', partial: false }],
  ['FILE:x#1.csv', { pattern: 'x#1.csv', partial: false }],
]

test('a file URL is a path or glob with options behind it', () => {
  for (const [url, parsed] of READ) assert.deepEqual(parseFileUrl(url), parsed, url)
})

test('the form with slashes undoes percent-escapes and keeps glob signs', { skip: process.platform === 'win32' }, () => {
  assert.equal(parseFileUrl('file:///data/my%20gr%C3%B6%C3%9Fe.csv').pattern, '/data/my größe.csv')
  assert.equal(parseFileUrl('file://localhost/data/*-?#.csv?partial=true').pattern, '/data/*-?#.csv')
})

test('a name that a browser escaped can be unescaped, and one that only looks so is left alone', () => {
  assert.equal(unescaped('my%20file.csv'), 'my file.csv')
  assert.equal(unescaped('100%.csv'), undefined)
  assert.equal(unescaped('x%ff.csv'), undefined)
})

const REFUSED: readonly [string, RegExp][] = [
  ['mysql://x', /does not begin with `file:`/],
  ['file:', /names no file/],
  ['file:?partial=true', /names no file/],
  ['file://data/x.csv', /`data` stands where a host belongs/],
  ['file:x.csv?parital=true', /`parital` is not an option/],
  ['file:x.csv?partial=yes', /`partial` is true or false, not `yes`/],
  ['file:x.csv?format=xlsx', /`format` is one of csv, .*, not `xlsx`/],
]

test('a URL that cannot be understood is refused with what to write instead', () => {
  for (const [url, message] of REFUSED) {
    assert.throws(
      () => parseFileUrl(url),
      (error) => {
        assert.ok(error instanceof BlotterError)
        assert.equal(error.code, 'source_url_invalid')
        assert.match(error.message, message)
        return true
      },
    )
  }
})
