import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { signChallenge } from '../../../src/source/mysql/ed25519.ts'

test('the answer is an Ed25519 signature: for a password of 32 bytes, the one that any library makes with it as the seed', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 32, maxLength: 32, unit: 'grapheme-ascii' }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (password, nonce) => {
        assert.deepEqual([...signChallenge(password, nonce)], [...ed25519.sign(nonce, Buffer.from(password))])
      },
    ),
    { numRuns: 20 },
  )
})

test('a password of any length signs, and what the server sends beyond its nonce is left out', () => {
  const nonce = createHash('sha256').update('nonce').digest()
  const answer = signChallenge('short', Buffer.concat([nonce, Buffer.from([0])]))
  assert.equal(answer.length, 64)
  assert.deepEqual(answer, signChallenge('short', nonce))
  assert.notDeepEqual(answer, signChallenge('other', nonce))
})
