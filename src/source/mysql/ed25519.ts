import { ed25519 } from '@noble/curves/ed25519.js'
import { createHash } from 'node:crypto'

/** Length of the server's challenge. */
const NONCE_BYTES = 32

const { Fn, BASE } = ed25519.Point

/**
 * Answers the challenge of MariaDB's `client_ed25519` login: an Ed25519 signature (RFC 8032, section 5.1.6) of the nonce
 * that it begins with, with the difference that the hash of the secret is that of the password itself, of any length, not of
 * a 32-byte seed; which is why no ordinary signing function can do it.
 */
export function signChallenge(password: string, challenge: Uint8Array): Buffer {
  const nonce = challenge.subarray(0, NONCE_BYTES)
  const hash = sha512(Buffer.from(password))
  const secret = hash.subarray(0, 32)
  secret[0]! &= 248
  secret[31]! &= 63
  secret[31]! |= 64
  const a = modulo(secret)
  const publicKey = BASE.multiply(a).toBytes()
  const r = modulo(sha512(hash.subarray(32), nonce))
  const commitment = BASE.multiply(r).toBytes()
  const k = modulo(sha512(commitment, publicKey, nonce))
  const answer = Fn.create(r + k * a)
  return Buffer.concat([commitment, littleEndian(answer)])
}

function sha512(...parts: Uint8Array[]): Buffer {
  const hash = createHash('sha512')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** The number that the bytes are, little end first, modulo the order of the group. */
function modulo(bytes: Uint8Array): bigint {
  return Fn.create(BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`))
}

function littleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
}
