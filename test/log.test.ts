import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog, silentLog } from '../src/log.ts'

test('a log line is JSON with time, level, message and fields, and no credential under its usual names', () => {
  const lines: string[] = []
  const log = createLog('info', { write: (line) => void lines.push(line) }).child({ run: 'r1' })
  log.info({ step: 'extract', password: 'canary', source: { token: 'canary' } }, 'step')
  log.debug({}, 'unheard')
  assert.equal(lines.length, 1)
  const { time, ...rest } = JSON.parse(lines[0]!) as Record<string, unknown>
  assert.match(String(time), /^\d{4}-\d\d-\d\dT/)
  assert.deepEqual(rest, { level: 'info', run: 'r1', step: 'extract', password: '…', source: { token: '…' }, msg: 'step' })
  silentLog.error({}, 'unheard')
})
