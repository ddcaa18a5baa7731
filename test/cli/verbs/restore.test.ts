import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { blotter, fakePlatform } from '../fake-platform.ts'

describe('blotter restore', () => {
  it('asks the platform for what the flags say', async () => {
    const restored = await blotter(['restore', 'latest~1', '--where', 'year = 2019', '--at', '2026-11-24T00:00:00-06:00'])
    assert.deepEqual(restored.calls.find(([name]) => name === 'restore')?.[1], {
      ref: 'latest~1',
      where: 'year = 2019',
      at: '2026-11-24T06:00:00Z',
    })
    assert.match(restored.stdout, /is committed \(restore/)
    const table = await blotter(['restore', '2026-11-22', '--table', 'aggregates.by_type', '--json'])
    assert.deepEqual(table.calls.find(([name]) => name === 'restore')?.[1], {
      ref: '2026-11-22',
      table: 'aggregates.by_type',
    })
    assert.equal((JSON.parse(table.stdout) as { kind: string }).kind, 'restore')
  })

  it('previews, with the command that would do it', async () => {
    const { stdout, calls } = await blotter(['restore', 'latest~1', '--where', 'year = 2019', '--dry-run'])
    assert.ok(calls.some(([name]) => name === 'restorePreview') && !calls.some(([name]) => name === 'restore'))
    assert.equal(
      stdout,
      `Restoring raw.crimes where year = 2019 as of 2026-11-22T06:00:00Z would leave 300,409 rows of 300,412.
  1,200 incidents concerned: arrest withdrawn 40 · vanished 3

→ blotter restore 2026-11-22T06:00:00Z --where 'year = 2019'
`,
    )
  })

  it('lifts, all or what is named, and says what stays', async () => {
    const all = await blotter(['restore', '--lift'])
    assert.deepEqual(all.calls.find(([name]) => name === 'restoreLift')?.[1], {})
    assert.match(all.stdout, /Lifted: raw\.crimes as of 2026-11-22T06:00:00Z where year = 2019\n/)
    const one = await blotter(['restore', '--lift', '2026-11-22', '--table', 'raw.crimes'])
    assert.deepEqual(one.calls.find(([name]) => name === 'restoreLift')?.[1], { ref: '2026-11-22', table: 'raw.crimes' })
  })

  it('without a batch, or with flags that do not go together, is bad usage', async () => {
    for (const args of [
      ['restore'],
      ['restore', '--lift', '--where', 'x'],
      ['restore', '--lift', '--dry-run'],
      ['restore', 'latest', '--at', 'x'],
    ]) {
      assert.equal((await blotter(args)).exitCode, 2, args.join(' '))
    }
  })

  it('shows beside batches and tables what it brought back and what is held', async () => {
    const restore = { table: 'raw.crimes', batch: '2026-11-22T06:00:00Z', where: 'year = 2019' }
    const batches = async () => [{ ...(await fakePlatform([]).batches())[0]!, kind: 'restore' as const, restore }]
    assert.match(
      (await blotter(['batches'], { platform: { batches } })).stdout,
      /\(raw\.crimes as of 2026-11-22T06:00:00Z where year = 2019\)/,
    )
    const hold = { batch: restore.batch, where: null, since: '2026-11-23T06:00:00Z' }
    const tables = async () => [{ ...(await fakePlatform([]).tables())[0]!, holds: [hold] }]
    const { stdout } = await blotter(['tables'], { platform: { tables } })
    assert.match(
      stdout,
      /held {2}raw\.crimes as of 2026-11-22T06:00:00Z since 2026-11-23T06:00:00Z\n→ blotter restore --lift/,
    )
  })
})
