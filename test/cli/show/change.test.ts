import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { kindsText } from '../../../src/cli/show/change.ts'
import type { IncidentLife } from '../../../src/query/incident-life.ts'
import { blotter } from '../fake-platform.ts'

const old = { id: 7, kind: 'BATTERY', solved: false, place: null }
const life: IncidentLife = {
  id: '7',
  entered: '2026-11-20T06:00:00Z',
  now: { id: 7, kind: 'ROBBERY', place: null },
  changes: [
    { batch_at: '2026-11-20T06:00:00Z', kinds: ['new'], columns: [], before: null, after: old },
    {
      batch_at: '2026-11-21T06:00:00Z',
      kinds: ['reclassified', 'moved', 'arrested'],
      columns: ['kind', 'solved', 'place'],
      before: old,
      after: { ...old, kind: 'ROBBERY', solved: true, place: 'STREET' },
    },
    { batch_at: '2026-11-22T06:00:00Z', kinds: ['vanished'], columns: [], before: old, after: null },
    { batch_at: '2026-11-23T06:00:00Z', kinds: ['returned'], columns: [], before: null, after: old, by_restore: true },
  ],
}

describe('What happened to an incident', () => {
  it('is told as a life, with nothing but the columns that differ', async () => {
    const { stdout } = await blotter(['history', '7'], { platform: { history: async () => life } })
    assert.equal(
      stdout,
      `Incident 7

  2026-11-20T06:00:00Z  entered
  2026-11-21T06:00:00Z  reclassified, moved and arrested
                        kind    BATTERY → ROBBERY
                        solved  false → true
                        place   ∅ → STREET
  2026-11-22T06:00:00Z  vanished from the source
  2026-11-23T06:00:00Z  returned by a restore

  As it is now:
    id      7
    kind    ROBBERY
    place   ∅
`,
    )
  })

  it('begins with the lake where the first batch had it, and may end there', async () => {
    const [, second] = life.changes
    const began = await blotter(['history', '7'], {
      platform: { history: async () => ({ ...life, now: null, changes: [second!] }) },
    })
    assert.match(
      began.stdout,
      /It was there when the lake began\.\n {2}2026-11-21T06:00:00Z {2}reclassified[^]*not in the newest batch/,
    )
    const quiet = await blotter(['history', '7'], { platform: { history: async () => ({ ...life, changes: [] }) } })
    assert.match(quiet.stdout, /It is as it was when the lake began\./)
  })

  it('is listed incident by incident between two batches, cut to the terminal', async () => {
    const changes = life.changes.slice(1, 3).map(({ batch_at: _, ...change }, i) => ({ ...change, id: i * 100 + 7 }))
    const diff = async () => ({ from: 'a', to: 'b', incidents: 2, counts: { vanished: 1 }, changes })
    const { stdout } = await blotter(['diff', 'a', 'b', '--rows'], { platform: { diff }, terminalColumns: 26 })
    assert.deepEqual(stdout.split('\n').slice(5), [
      '  7  reclassified, moved and arrested',
      '     kind    BATTERY → RO…',
      '     solved  false → true',
      '     place   ∅ → STREET',
      '107  vanished from the source',
      '',
    ])
  })

  it('is one word for most kinds, and a phrase for what comes and goes', () => {
    assert.equal(kindsText(['arrest_withdrawn']), 'arrest withdrawn')
    assert.equal(kindsText(['moved', 'amended']), 'moved and amended')
    assert.equal(kindsText([]), '')
  })
})
