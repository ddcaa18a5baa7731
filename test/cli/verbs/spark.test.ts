import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { blotter } from '../fake-platform.ts'

describe('blotter spark', () => {
  it('renders into a folder, for the place where it will lie', async () => {
    const told = await blotter(['spark', 'render', '--assume', '--at', 's3://bucket/spark', '--secret', 'blotter/mysql'])
    const [, options] = told.calls.find(([name]) => name === 'sparkRender')! as [string, Record<string, unknown>]
    assert.match(String(options['folder']), /\/spark$/)
    assert.deepEqual(
      { at: options['at'], assume: options['assume'], secret: options['secret'] },
      { at: 's3://bucket/spark', assume: true, secret: 'blotter/mysql' },
    )
    assert.match(told.stdout, /2 files in \/srv\/spark\n.*run\.sh makes a batch/)
    const json = await blotter(['spark', 'render', '--json'])
    assert.deepEqual(JSON.parse(json.stdout), {
      folder: '/srv/spark',
      files: ['README.md', 'sql/0-tables.sql'],
      assumed: false,
    })
  })

  it('runs as `blotter run --engine spark` does', async () => {
    const told = await blotter(['spark', 'run', '--full', '--at', '2026-11-23T06:00:00Z', '--json'])
    assert.deepEqual(told.calls.find(([name]) => name === 'run')?.[1], { full: true, at: '2026-11-23T06:00:00Z' })
    assert.equal((JSON.parse(told.stdout) as { state: string }).state, 'succeeded')
  })

  it('knows no other engine', async () => {
    assert.equal((await blotter(['spark', 'run', '--engine', 'duckdb'])).exitCode, 2)
  })
})
