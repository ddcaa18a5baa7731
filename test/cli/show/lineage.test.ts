import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blotter } from '../fake-platform.ts'

test('all tables stand as a tree that grows from the source', async () => {
  const { stdout } = await blotter(['lineage', '--at', '2026-11-23'], { terminalColumns: 140 })
  assert.match(stdout, /Lineage as of 2026-11-23T06:00:00Z\nrun 0198-run · code 0\.1\.0\+abc/)
  assert.match(stdout, /demo:\/\/chicago\/crimes .*\n└─ raw\.crimes .*1,234 .*land +this batch\n   └─ aggregates\.by_type/)
})

test('one table is told of with its columns down to the source, its maker and its query', async () => {
  const { stdout, calls } = await blotter(['lineage', 'by_type'], { terminalColumns: 100, platform: await oneTable() })
  assert.match(stdout, /aggregates\.by_type as of 2026-11-23T06:00:00Z\nWhat aggregates\.by_type is\./)
  assert.match(stdout, /first +raw\.crimes\.id ← demo:\/\/chicago\/crimes\.ID\n/)
  assert.match(stdout, /n +count\(\*\)\n/)
  assert.match(stdout, /by the query\n {2}select 1\n {4}as one\n/)
  assert.match(stdout, /made from\n {2}raw\.crimes\n/)
  assert.ok(calls.length > 0)
})

test('the events are printed one a line, and the chart as it is', async () => {
  assert.equal(
    (await blotter(['lineage', '--format', 'openlineage'])).stdout,
    '{"eventType":"START"}\n{"eventType":"COMPLETE"}\n',
  )
  assert.match((await blotter(['lineage', '--format', 'mermaid'])).stdout, /^flowchart LR\n/)
  assert.deepEqual(JSON.parse((await blotter(['lineage', '--format', 'openlineage', '--json'])).stdout), [
    { eventType: 'START' },
    { eventType: 'COMPLETE' },
  ])
})

test('another format is refused with those that there are', async () => {
  const { exitCode, stderr } = await blotter(['lineage', '--format', 'svg'])
  assert.equal(exitCode, 2)
  assert.match(stderr, /text, openlineage, mermaid/)
})

/** The same answers, of one table. */
async function oneTable() {
  const { stdout } = await blotter(['lineage', '--json'])
  const graph = JSON.parse(stdout) as never
  return { lineage: async () => ({ graph, table: 'aggregates.by_type', mermaid: '' }) }
}
