import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decoded, isMysqlUrl } from '../../src/model/url-text.ts'

test('both names of the protocol are MySQL, and nothing that only begins like them', () => {
  const urls = ['mysql://a@b/c', 'mariadb://a@b/c', 'mysqlx://a@b/c', 'file:mysql://x.csv', '']
  assert.deepEqual(urls.map(isMysqlUrl), [true, true, false, false, false])
})

test('a text that is not well percent-encoded stays as it is', () => {
  assert.deepEqual(['a%20b', 'caf%C3%A9', '100%', '%E9'].map(decoded), ['a b', 'café', '100%', '%E9'])
})
