import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enginePath } from '../../../src/source/file/engine-path.ts'
import { literal } from '../../../src/model/sql-text.ts'
import { inWorkshop } from './staged.ts'

test('the engine reads the very file, and not others that its name would match', () =>
  inWorkshop(async ({ put, engine }) => {
    await put('a1.csv', 'n\n1\n')
    for (const name of ['a[1].csv', 'a*.csv', 'a?.csv']) {
      const path = await put(name, 'n\n2\n')
      const from = `read_csv(${literal(enginePath(path))}, all_varchar = true)`
      assert.deepEqual(await engine.rows(`SELECT n FROM ${from}`), [{ n: '2' }])
    }
  }))
