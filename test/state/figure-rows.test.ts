import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { insertAlert } from '../../src/state/alert-rows.ts'
import { countDeliveries } from '../../src/state/figure-rows.ts'
import { openState } from '../../src/state/state.ts'

test('deliveries are counted by their state, one for each channel', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'blotter-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  using state = openState(folder)
  assert.deepEqual(countDeliveries(state.database), {})
  const raised_at = '2026-11-23T06:00:00.000Z'
  const alert = { event: 'secret_rotated', secret: 'mysql', by: 'schedule', nextAt: null } as const
  insertAlert(state.database, { event: 'secret_rotated', subject: 'mysql', occasion: raised_at, alert, raised_at }, [
    'email',
    'webhook',
  ])
  state.database.run(`UPDATE alert_deliveries SET state = 'sent' WHERE channel = 'email'`)
  assert.deepEqual(countDeliveries(state.database), { sent: 1, waiting: 1 })
})
