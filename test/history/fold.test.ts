import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { batchFacts } from '../../src/history/batches.ts'
import { diffBatches, lifeOf } from '../../src/history/diff.ts'
import { batchesSchema, changesSchema } from '../../src/history/ledger.ts'
import { type Call, definition, inEngine, raw, struct } from './calls.ts'

/** A ledger of one incident: a row a batch. */
const ledger = (...entries: [day: number, before: Call, after: Call, kinds: string[]][]): string =>
  entries
    .map(
      ([
        day,
        before,
        after,
        kinds,
      ]) => `SELECT TIMESTAMPTZ '2026-02-0${day} 06:00:00Z' AS batch_at, 1::BIGINT AS id, [${kinds.map((k) => `'${k}'`)}]::VARCHAR[] AS kinds,
      []::VARCHAR[] AS columns, ${struct(before)} AS before, ${struct(after)} AS after`,
    )
    .join(' UNION ALL ')

const between = (from: number, to: number, entries: string, restamped = 0) =>
  inEngine((engine) =>
    diffBatches({
      engine,
      definition,
      raw,
      ledger: entries,
      from: `2026-02-0${from}T06:00:00Z`,
      to: `2026-02-0${to}T06:00:00Z`,
      restamped,
      rows: true,
    }),
  )

describe('A diff folds the ledger', () => {
  test('renamed twice shows once, from the first before to the last after', async () => {
    const diff = await between(
      1,
      3,
      ledger([2, { kind: 'a' }, { kind: 'b' }, ['renamed']], [3, { kind: 'b' }, { kind: 'c' }, ['renamed']]),
    )
    assert.deepEqual([diff.incidents, diff.counts], [1, { renamed: 1 }])
    assert.deepEqual(
      [diff.changes![0]!.before!['kind'], diff.changes![0]!.after!['kind'], diff.changes![0]!.columns],
      ['a', 'c', ['kind']],
    )
  })

  test('new then vanished, and solved then reopened, show nothing', async () => {
    const came = await between(1, 3, ledger([2, null, { kind: 'a' }, ['new']], [3, { kind: 'a' }, null, ['vanished']]))
    assert.deepEqual([came.incidents, came.counts, came.changes], [0, {}, []])
    const solved = ledger(
      [2, { solved: false }, { solved: true, stamp: 2 }, ['solved']],
      [3, { solved: true, stamp: 2 }, { solved: false, stamp: 3 }, ['reopened']],
    )
    assert.equal((await between(1, 3, solved)).incidents, 0)
  })

  test('vanished then returned is what differs between its two versions', async () => {
    const diff = await between(1, 3, ledger([2, { note: 'a' }, null, ['vanished']], [3, null, { note: 'b' }, ['returned']]))
    assert.deepEqual(diff.counts, { amended: 1 })
  })

  test('one that was gone before the first batch has returned, one never seen is new', async () => {
    assert.deepEqual((await between(2, 3, ledger([3, null, {}, ['returned']]))).counts, { returned: 1 })
    assert.deepEqual((await between(2, 3, ledger([3, null, {}, ['new']]))).counts, { new: 1 })
  })

  test('the first batch is exclusive, the last inclusive', async () => {
    const entries = ledger([2, { kind: 'a' }, { kind: 'b' }, ['renamed']])
    assert.equal((await between(2, 3, entries)).incidents, 0)
    assert.equal((await between(1, 2, entries)).incidents, 1)
  })

  test('restamped incidents are counted and not listed', async () => {
    const diff = await between(1, 2, ledger([2, { kind: 'a' }, { kind: 'b' }, ['renamed']]), 7)
    assert.deepEqual([diff.incidents, diff.counts], [1, { renamed: 1, restamped: 7 }])
  })
})

test('an incident’s life is told oldest first, with ids exact', async () => {
  const entries = ledger([3, { kind: 'a' }, null, ['vanished']], [2, null, { kind: 'a' }, ['new']])
  const life = await inEngine((engine) => lifeOf(engine, definition, entries, 1n))
  assert.deepEqual(
    life.map(({ id, batch_at, kinds }) => ({ id, batch_at, kinds })),
    [
      { id: 1, batch_at: '2026-02-02T06:00:00Z', kinds: ['new'] },
      { id: 1, batch_at: '2026-02-03T06:00:00Z', kinds: ['vanished'] },
    ],
  )
  assert.equal(life[0]!.before, null)
})

test('the ledger’s tables have the columns that readers are promised', () => {
  assert.deepEqual(
    changesSchema(definition).fields.map((field) => field.name),
    ['batch_at', 'id', 'kinds', 'columns', 'before', 'after'],
  )
  const names = batchesSchema(raw).fields.map((field) => field.name)
  for (const name of [
    'batch_at',
    'run',
    'kind',
    'rows_read',
    'rows_swept',
    'changes_solved',
    'cursor_min',
    'newest_incident',
    'code_version',
  ]) {
    assert.ok(names.includes(name), name)
  }
  const facts = batchFacts(raw, {
    batch_at: '2026-02-01 06:00:00+00',
    run: 'r',
    kind: 'full',
    rows_read: 3n,
    rows_landed: 2n,
    rows_unchanged: 1n,
    changes_new: 2n,
  })
  assert.deepEqual(facts, {
    batch_at: '2026-02-01T06:00:00Z',
    run: 'r',
    kind: 'full',
    rows: { read: 3, landed: 2, unchanged: 1, quarantined: 0, swept: 0 },
    changes: { new: 2 },
  })
})
