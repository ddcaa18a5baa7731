import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bearsLabel, labelledUuid } from '../../../src/lake/write/file-label.ts'

const RUN = '20261123T060000Z-x7k2'
const OTHER = '20261123T060000Z-x7k3'

test('a labelled UUID is one of version 8, differs each time, and is known by its label alone', () => {
  const made = Array.from({ length: 200 }, () => labelledUuid(RUN))
  assert.equal(new Set(made).size, 200)
  for (const uuid of made) {
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    for (const name of [`00012-${uuid}.metadata.json`, `snap-81-1-${uuid}.avro`, `${uuid}-m0.avro`]) {
      assert.ok(bearsLabel(`file:///lake/raw/crimes/metadata/${name}`, RUN))
      assert.ok(!bearsLabel(`file:///lake/raw/crimes/metadata/${name}`, OTHER))
    }
  }
})

test('a data file bears the label that it begins with, finished or not, and no folder counts', () => {
  assert.ok(bearsLabel(`/lake/data/${RUN}-1b2c.parquet`, RUN))
  assert.ok(bearsLabel(`/lake/data/${RUN}-1b2c.parquet.77aa.unfinished`, RUN))
  assert.ok(!bearsLabel(`/lake/data/${RUN}-1b2c.parquet`, OTHER))
  assert.ok(!bearsLabel(`/${RUN}-lake/data/1b2c.parquet`, RUN))
  assert.ok(!bearsLabel(`/lake/metadata/00000-${labelledUuid(undefined)}.metadata.json`, RUN))
})
