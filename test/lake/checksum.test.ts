import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlotterError } from '../../src/errors.ts'
import { refuseChanged } from '../../src/lake/checksum.ts'
import { bearsLabel, labelledUuid, sealedName } from '../../src/lake/write/file-label.ts'

const BYTES = Buffer.from('{"format-version":2}')

test('a name promises the bytes that were written under it, and no others', () => {
  const sealed = sealedName('run', BYTES)
  const names = [`00012-${sealed}.metadata.json`, `snap-81-1-${sealed}.avro`, `${sealed}-m0.avro`]
  for (const location of names.map((name) => `file:///lake/raw/crimes/metadata/${name}`)) {
    assert.ok(bearsLabel(location, 'run'))
    assert.doesNotThrow(() => refuseChanged(location, BYTES))
    for (const other of [Buffer.from('{"format-version":3}'), BYTES.subarray(1), Buffer.alloc(0)]) {
      assert.throws(
        () => refuseChanged(location, other),
        (error) => error instanceof BlotterError && error.code === 'lake_damaged' && error.message.startsWith(location),
      )
    }
  }
})

test('a name without a checksum, as other engines give them, promises nothing', () => {
  const uuid = labelledUuid(undefined)
  for (const name of [`00001-${uuid}.metadata.json`, `00001-${uuid}.gz.metadata.json`, `${uuid}-m0.avro`, 'v3.metadata.json']) {
    assert.doesNotThrow(() => refuseChanged(`/lake/metadata/${name}`, BYTES))
  }
})
