import type { BatchOutcome } from '../../src/pipeline/batch/batch-maker.ts'

/** What a run came to. */
export const REPORT: BatchOutcome = {
  run: '0198-run',
  batch_at: '2026-11-23T06:00:00Z',
  kind: 'incremental',
  state: 'succeeded',
  steps: [
    { name: 'extract', state: 'succeeded', seconds: 2.1, attempts: 2 },
    { name: 'commit', state: 'succeeded', seconds: 0.2, attempts: 1 },
  ],
  rows: { read: 300_412, landed: 1_204, unchanged: 299_190, quarantined: 18, swept: 300_400 },
  repairs: { iucr: 1200 },
  warnings: { outside_city: 12 },
  changes: { new: 412, arrested: 96 },
  tables: [{ name: 'raw.crimes', snapshot_id: '9007199254740993', rows: 300_412 }],
}
