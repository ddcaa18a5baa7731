import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { blotter } from '../fake-platform.ts'

describe('blotter export', () => {
  it('writes the only dashboard of the newest batch unless told otherwise, and says where', async () => {
    const { calls, stdout, exitCode } = await blotter(['export', '--output', 'site'])
    assert.deepEqual(
      calls.find(([name]) => name === 'exportDashboard'),
      ['exportDashboard', undefined, { at: 'latest', output: 'site', suppressBelow: 0 }],
    )
    assert.equal(exitCode, 0)
    assert.match(stdout, /crimes-without-arrest as of 2026-11-23T06:00:00Z: 42 files in \/site\n.*\/site\/index\.html/)
  })

  it('hands on which one, which batch, and below what counts are withheld', async () => {
    const { calls } = await blotter([
      'export',
      'other',
      '--output',
      'site',
      '--at',
      '2026-11-23',
      '--suppress',
      '5',
      '--json',
    ])
    assert.deepEqual(
      calls.find(([name]) => name === 'exportDashboard'),
      ['exportDashboard', 'other', { at: '2026-11-23', output: 'site', suppressBelow: 5 }],
    )
  })

  it('needs a folder, and a number to withhold by', async () => {
    assert.equal((await blotter(['export'])).exitCode, 2)
    assert.equal((await blotter(['export', '--output', 'site', '--suppress', 'few'])).exitCode, 2)
  })
})
