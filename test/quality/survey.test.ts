import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bindColumns } from '../../src/quality/columns.ts'
import { surveyParts } from '../../src/quality/survey.ts'
import type { StagedPart } from '../../src/source/source.ts'
import { DEFINITION, openBench } from './bench.ts'

const bench = await openBench()
const bound = (part: StagedPart) => ({ part, matching: bindColumns(DEFINITION, part.columns, {}), emptyIsNull: true })

test('repairs are counted over all parts, in rows that break no rule, and parts with broken rows are told', async () => {
  const clean = bound(
    await bench.stage(
      ['id', 'ward', 'note'],
      [
        ['1', '5.0', ''],
        ['2', '', 'x'],
      ],
    ),
  )
  const broken = bound(
    await bench.stage(
      ['id', 'ward'],
      [
        ['3.0', '5.0'],
        ['4.0', 'five'],
        ['5.0', '5,5'],
      ],
    ),
  )
  const { broken: found, repairs } = await surveyParts(bench.engine, DEFINITION, [clean, broken])
  assert.deepEqual([...found], [broken])
  assert.deepEqual(repairs, { decimal_dropped: 3, empty_text: 2 })
})

test('native columns need no repair', async () => {
  const part = bound(await bench.stage(['id:long', 'at:timestamp', 'open:boolean'], [[1, '2024-01-01 00:00:00', true]]))
  assert.deepEqual(await surveyParts(bench.engine, DEFINITION, [part]), { broken: new Set(), repairs: {} })
})
