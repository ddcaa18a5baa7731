import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ErrorDocument } from '../../faults/blotter.ts'
import { blotter } from '../fake-platform.ts'

it('blotter airflow render refuses a major version of Airflow that it writes no DAG for, and names those it does', async () => {
  for (const version of ['1', '4']) {
    const told = await blotter(['airflow', 'render', '--airflow', version])
    assert.equal(told.exitCode, 2)
    assert.match(told.stderr, new RegExp(`"${version}" is invalid.\\s+Allowed choices are 2, 3`))
    assert.equal(
      told.calls.some(([name]) => name === 'airflowDag'),
      false,
    )
  }
})

it('blotter airflow render says so where its folder cannot be made', async () => {
  const told = await blotter(['airflow', 'render', '--out', `${import.meta.filename}/dags`, '--json'])
  assert.equal(told.exitCode, 1)
  assert.equal((JSON.parse(told.stdout) as ErrorDocument).error.code, 'output_unwritable')
})
