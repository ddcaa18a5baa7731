import assert from 'node:assert/strict'
import { it } from 'node:test'
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
