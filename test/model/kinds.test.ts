import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TEXT_LISTS } from '../../src/history/text-lists.ts'
import { changedColumnsSql, kindNames, kindsSql } from '../../src/model/kinds.ts'
import { type Call, definition, inEngine, raw, struct } from '../history/calls.ts'

describe('The kinds of change between two versions', () => {
  const cases: [string, Call, Call, string[], string[]][] = [
    ['false to true', { solved: false }, { solved: true, stamp: 2 }, ['solved', 'stamp'], ['solved']],
    ['unknown to true', { solved: null }, { solved: true }, ['solved'], ['solved']],
    ['true to unknown', { solved: true }, { solved: null }, ['solved'], ['reopened']],
    ['false to unknown is a change without a kind of its own', { solved: false }, { solved: null }, ['solved'], ['amended']],
    [
      'several at once',
      { kind: 'a', place: 'x' },
      { kind: 'b', place: 'y', note: 'n' },
      ['kind', 'place', 'note'],
      ['renamed', 'moved', 'amended'],
    ],
    ['a value that appears', { kind: null }, { kind: 'b' }, ['kind'], ['renamed']],
    ['nothing but the cursor', { stamp: 1 }, { stamp: 2 }, ['stamp'], ['restamped']],
    ['any other column', { note: 'a' }, { note: 'b', stamp: 2 }, ['note', 'stamp'], ['amended']],
  ]
  for (const [name, before, after, columns, kinds] of cases) {
    test(name, () =>
      inEngine(async (engine) => {
        const [row] = await engine.rows(`SELECT columns, ${kindsSql(definition, raw, TEXT_LISTS, 'false')} AS kinds
          FROM (SELECT *, ${changedColumnsSql(definition, TEXT_LISTS)} AS columns
            FROM (SELECT ${struct(before)} AS before, ${struct(after)} AS after))`)
        assert.deepEqual(row, { columns, kinds })
      }),
    )
  }

  test('are told in one order, with the pipeline’s own between the common ones', () => {
    assert.deepEqual(kindNames(raw), [
      'new',
      'vanished',
      'returned',
      'solved',
      'reopened',
      'renamed',
      'moved',
      'amended',
      'restamped',
    ])
  })
})
