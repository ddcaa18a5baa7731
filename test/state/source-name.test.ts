import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sourceWithoutPassword } from '../../src/state/source-name.ts'

test('a source is named by its URL without what is secret in it', () => {
  const named = {
    'mysql://u:p@h:3306/db?table=crimes': 'mysql://u@h:3306/db?table=crimes',
    'mysql://u@h/db': 'mysql://u@h/db',
    'mysql://h:3306/db?note=a@b': 'mysql://h:3306/db?note=a@b',
    'mysql://u:p@w:x/y@h/db': 'mysql://u@h/db',
    'mysql://u:p?w@h/db?table=t': 'mysql://u@h/db?table=t',
    'file:/data/*.csv?partial=true': 'file:/data/*.csv?partial=true',
    'socrata://city.example/ijzp-q8t2?app_token=abc&limit=1': 'socrata://city.example/ijzp-q8t2?app_token=***&limit=1',
    'demo://chicago?rows=10&seed=1': 'demo://chicago?rows=10&seed=1',
  }
  for (const [url, name] of Object.entries(named)) assert.equal(sourceWithoutPassword(url), name)
})

test('no password of a well-formed URL is in the name, and naming twice changes nothing', () => {
  const password = fc.string({ minLength: 4, maxLength: 20 }).map((text) => `~${text}~`)
  fc.assert(
    fc.property(password, (secret) => {
      const name = sourceWithoutPassword(`mysql://user:${encodeURIComponent(secret)}@host:3306/db?table=crimes`)
      assert.equal(name, 'mysql://user@host:3306/db?table=crimes')
      assert.equal(sourceWithoutPassword(name), name)
    }),
  )
})
