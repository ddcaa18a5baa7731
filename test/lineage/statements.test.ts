import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinStatements, statementOf } from '../../src/lineage/statements.ts'

const STATEMENTS = [
  { table: 'a.one', file: '2-a/one.sql', sql: "select 1 -- not the end;\n, '-- table a.two'" },
  { table: 'a.two', file: null, sql: '-- what it is for\nselect 2' },
]

test('each statement of a step is found again by its table, as it was written', () => {
  const text = joinStatements(STATEMENTS)
  for (const statement of STATEMENTS) assert.deepEqual(statementOf(text, statement.table), statement)
  assert.equal(statementOf(text, 'a.three'), undefined)
})
