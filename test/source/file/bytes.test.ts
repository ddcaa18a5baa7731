import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { compressionOf, textBytes } from '../../../src/source/file/bytes.ts'
import { findFiles } from '../../../src/source/file/find.ts'
import { inWorkshop, type Workshop } from './staged.ts'

const LONG = 'één,漢🚓\n'.repeat(300_000)

async function textOf(
  { put, folder }: Workshop,
  bytes: Uint8Array,
  encoding: 'utf-8' | 'utf-16le' = 'utf-8',
): Promise<string> {
  await put('x', bytes)
  const [file] = await findFiles({ pattern: 'x', partial: false }, folder)
  const chunks: Buffer[] = []
  const form = { compression: compressionOf(Buffer.from(bytes)), encoding }
  for await (const chunk of textBytes(file!, form)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

test('text comes out whole, plain or packed, in one piece or several', () =>
  inWorkshop(async (shop) => {
    const text = Buffer.from(LONG)
    const half = text.length / 2
    const halves = [text.subarray(0, half), text.subarray(half)]
    // What pzstd puts in front of each frame.
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4])
    const forms = [
      text,
      gzipSync(text),
      zstdCompressSync(text),
      Buffer.concat(halves.map((part) => gzipSync(part))),
      Buffer.concat(halves.map((part) => zstdCompressSync(part))),
      Buffer.concat(halves.flatMap((part) => [skippable, zstdCompressSync(part)])),
      Buffer.concat([Buffer.from('\ufeff'), text]),
    ]
    for (const [i, bytes] of forms.entries()) assert.ok((await textOf(shop, bytes)) === LONG, `form ${i}`)
    assert.ok((await textOf(shop, Buffer.from(`\ufeff${LONG}`, 'utf16le'), 'utf-16le')) === LONG)
  }))

test('packed text that is cut or damaged is an error and no shorter text', () =>
  inWorkshop(async (shop) => {
    for (const pack of [gzipSync, zstdCompressSync]) {
      const packed = pack(Buffer.from(LONG))
      await assert.rejects(textOf(shop, packed.subarray(0, -3)), /x cannot be read: its compressed data end in the middle/)
      const damaged = Buffer.from(packed)
      damaged.fill(0xaa, packed.length / 2, packed.length / 2 + 8)
      await assert.rejects(textOf(shop, damaged), /x cannot be read/)
    }
  }))
