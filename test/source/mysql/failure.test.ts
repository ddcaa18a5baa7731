import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BlotterError, type ErrorCode } from '../../../src/errors.ts'
import { mysqlFailure, tableMissing } from '../../../src/source/mysql/failure.ts'
import { parseMysqlUrl } from '../../../src/source/mysql/url.ts'

const address = parseMysqlUrl('mysql://reader@db.example.org/city', { table: 'crimes' })

function said(fault: { code?: string; errno?: number; message?: string }, doing: 'connecting' | 'reading' | 'writing') {
  return mysqlFailure(Object.assign(new Error(fault.message ?? 'as the server put it'), fault), address, doing)
}

describe('A fault of a connection', () => {
  const cases: [string, Parameters<typeof said>[0], Parameters<typeof said>[1], ErrorCode][] = [
    ['an unknown host', { code: 'ENOTFOUND' }, 'connecting', 'source_unreachable'],
    ['a closed port', { code: 'ECONNREFUSED' }, 'connecting', 'source_unreachable'],
    ['too many connections', { code: 'ER_CON_COUNT_ERROR', errno: 1040 }, 'connecting', 'source_unreachable'],
    ['a hang-up in the greeting', { code: 'PROTOCOL_CONNECTION_LOST' }, 'connecting', 'source_unreachable'],
    ['a wrong password', { code: 'ER_ACCESS_DENIED_ERROR', errno: 1045 }, 'connecting', 'source_refused'],
    ['a table that may not be read', { code: 'ER_TABLEACCESS_DENIED_ERROR', errno: 1142 }, 'reading', 'source_refused'],
    ['an unknown authority', { code: 'HANDSHAKE_SSL_ERROR' }, 'connecting', 'source_refused'],
    ['a dropped table', { code: 'ER_NO_SUCH_TABLE', errno: 1146 }, 'reading', 'source_table_missing'],
    ['an altered table', { code: 'ER_TABLE_DEF_CHANGED', errno: 1412 }, 'reading', 'source_changed'],
    ['a hang-up', { code: 'ECONNRESET' }, 'reading', 'source_lost'],
    ['a shut-down', { code: 'ER_SERVER_SHUTDOWN', errno: 1053 }, 'reading', 'source_lost'],
    ['a deadlock', { code: 'ER_LOCK_DEADLOCK', errno: 1213 }, 'writing', 'source_lost'],
    ['anything else', { code: 'ER_PARSE_ERROR', errno: 1064 }, 'reading', 'source_refused'],
  ]
  for (const [what, fault, doing, code] of cases) {
    it(`is ${code} for ${what}, says where and what to do`, () => {
      const failure = said(fault, doing)
      assert.equal(failure.code, code)
      assert.match(failure.message, /as the server put it/)
      assert.match(`${failure.message} ${JSON.stringify(failure.context)}`, /db\.example\.org:3306/)
      assert.match(failure.todo, /\w.*[.`]$/s)
      assert.ok(failure.cause)
    })
  }

  it('says which rights are wanted', () => {
    assert.match(said({ errno: 1142 }, 'reading').todo, /GRANT SELECT ON city\.crimes TO reader/)
    assert.match(said({ errno: 1142 }, 'writing').todo, /GRANT SELECT, INSERT, UPDATE, CREATE ON city\.crimes TO reader/)
  })

  it('is the first of several where each address of a host failed', () => {
    const first = Object.assign(new Error('connect ECONNREFUSED ::1:3306'), { code: 'ECONNREFUSED' })
    const all = Object.assign(new AggregateError([first, first], ''), { code: 'ECONNREFUSED' })
    assert.match(mysqlFailure(all, address, 'connecting').message, /ECONNREFUSED ::1:3306/)
  })

  it('is left alone where it is Blotter’s own already', () => {
    const own = new BlotterError('internal', 'x', { todo: 'y' })
    assert.equal(mysqlFailure(own, address, 'reading'), own)
  })

  it('names what there is where a table is missing', () => {
    assert.match(tableMissing(address, 'table', ['a', 'b']).message, /no table "crimes" in "city" at .* There is: a, b\./)
    assert.match(tableMissing(address, 'database', []).message, /no database "city".*nothing that this user may see/)
  })
})
