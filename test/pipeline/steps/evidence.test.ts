import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDuckDb } from '../../../src/engine/duckdb/engine.ts'
import type { RunContext } from '../../../src/pipeline/batch/context.ts'
import { EVIDENCE } from '../../../src/pipeline/steps/evidence.ts'
import type { ExtractOutput } from '../../../src/pipeline/steps/extract.ts'
import type { CheckedRows } from '../../../src/quality/check.ts'
import { makeCity, theft } from '../city.ts'

test('a reader that lost rows, and a check that lost rows, are found out by the footers of their files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-evidence-'))
  try {
    await using engine = await openDuckDb({ memoryBytes: 2 ** 27, spillFolder: join(folder, 'spill') })
    const [three, none] = [join(folder, 'three.parquet'), join(folder, 'none.parquet')]
    await engine.writeParquet('SELECT range AS id FROM range(3)', three)
    await engine.writeParquet('SELECT 1 AS id WHERE false', none)
    const context = { engine } as unknown as RunContext
    const extracted = (rows: number): ExtractOutput =>
      ({ mode: 'full', rows, parts: [{ files: [three], columns: [], rows }] }) as unknown as ExtractOutput
    assert.equal(await EVIDENCE.extract(context, extracted(3)), 'succeeded')
    assert.match(
      JSON.stringify(await EVIDENCE.extract(context, extracted(40))),
      /40 rows were read, and the staged files hold 3/,
    )
    const checked = (read: number, collapsed: number): CheckedRows =>
      ({ read, collapsed, good: { file: three, rows: 3 }, quarantine: { file: none, rows: 0 } }) as unknown as CheckedRows
    assert.equal(await EVIDENCE.check(context, checked(4, 1)), 'succeeded')
    assert.match(JSON.stringify(await EVIDENCE.check(context, checked(4, 0))), /4 rows were checked, and the files hold 3/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a batch in which nothing changed skips what derives, and says so in its report', async () => {
  await using city = await makeCity()
  await city.publish([theft])
  await city.run()
  const second = await city.run()
  const states = Object.fromEntries(second.steps.map((step) => [step.name, step.state]))
  assert.deepEqual([states['transform'], states['aggregate'], states['commit']], ['skipped', 'skipped', 'succeeded'])
})
