import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blotter } from './fake-platform.ts'

test('alerts are listed with how they were sent and why they were not', async () => {
  const { exitCode, stdout } = await blotter(['alerts'])
  assert.equal(exitCode, 0)
  assert.match(stdout, /when \(UTC\) +event +about +by +state +tries +problem/)
  assert.match(
    stdout,
    /run_failed +0198-run +email +waiting +3 +The mail server smtp\.example\.org:587 could not be talked to/,
  )
  const [first] = JSON.parse((await blotter(['alerts', 'list', '--json'])).stdout) as { event: string; state: string }[]
  assert.deepEqual([first?.event, first?.state], ['run_failed', 'waiting'])
})

test('what waits is sent on request, and what still fails makes the command fail', async () => {
  const { stdout } = await blotter(['alerts', 'send'])
  assert.match(stdout, /1 alert sent/)
  assert.deepEqual(JSON.parse((await blotter(['alerts', 'send', '--json'])).stdout), { sent: 1, failed: [] })
})

test('a watch ends with the runs unless it is to stay', async () => {
  const { calls, stdout } = await blotter(['alerts', 'watch', '--stay'])
  assert.match(stdout, /nothing more to watch/)
  assert.equal((calls.find(([name]) => name === 'watch')![1] as { stay: boolean }).stay, true)
})

test('doctor sends a test only when it is asked to', async () => {
  const asked = (calls: unknown[][]): unknown => calls.find(([name]) => name === 'doctor')?.[1]
  assert.deepEqual(asked((await blotter(['doctor', '--send-test-mail'])).calls), { rebuild: false, sendTestMail: true })
  assert.deepEqual(asked((await blotter(['doctor'])).calls), { rebuild: false, sendTestMail: false })
})
