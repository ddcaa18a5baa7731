import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseMysqlUrl } from '../../../src/source/mysql/url.ts'

const parse = (url: string) => parseMysqlUrl(url, { table: 'crimes' })

describe('A MySQL URL', () => {
  it('names user, host, port, database and table', () => {
    const url = 'mysql://reader@db.example.org:3307/city?table=incidents&tls=require'
    assert.deepEqual(parse(url), {
      url,
      host: 'db.example.org',
      port: 3307,
      user: 'reader',
      database: 'city',
      table: 'incidents',
      tls: 'require',
      caFile: undefined,
    })
  })

  it('may leave out what has a default', () => {
    const { port, table, tls } = parse('mysql://reader@localhost/city')
    assert.deepEqual({ port, table, tls }, { port: 3306, table: 'crimes', tls: 'auto' })
  })

  it('checks identity where an authority is given', () => {
    const { tls, caFile } = parse('mysql://reader@localhost/city?ca=/tls/ca.pem')
    assert.deepEqual({ tls, caFile }, { tls: 'verify', caFile: '/tls/ca.pem' })
  })

  it('takes percent-encoded names and IPv6 addresses', () => {
    const { user, host, database, table } = parse('mysql://r%40x@[::1]:1/my%20city?table=a%26b')
    assert.deepEqual({ user, host, database, table }, { user: 'r@x', host: '::1', database: 'my city', table: 'a&b' })
  })

  const refused: [string, RegExp][] = [
    ['mysql://reader@localhost', /names no database/],
    ['mysql://reader@localhost/a/b', /names no database/],
    ['mysql://localhost/city', /names no user/],
    ['mysql:city', /names no database|names no user/],
    ['mysql://reader@localhost/city?tls=maybe', /tls is "maybe" instead of one of auto/],
    ['mysql://reader@localhost/city?tls=require&ca=x', /only looked at with tls=verify/],
    ['mysql://reader@localhost/city?tabel=x', /"tabel" is none of its options/],
    ['mysql://reader@localhost/%zz', /not well percent-encoded/],
    ['postgres://reader@localhost/city', /no such URL/],
  ]
  for (const [url, message] of refused) {
    it(`is refused with its fault named: ${url}`, () => {
      assert.throws(() => parse(url), { code: 'source_url_invalid', message })
    })
  }

  const leaking = ['mysql://reader:s3cr3t@localhost/city', 'mysql://reader:s3cr3t@@:x/city', 'mysql://reader:s3@c[r3t@h/c']
  for (const url of leaking) {
    it(`never holds a password, and the refusal does not repeat it: ${url}`, () => {
      assert.throws(
        () => parse(url),
        (error: Error & { code: string; todo: string }) => {
          assert.equal(error.code, 'source_url_invalid')
          assert.doesNotMatch(JSON.stringify({ ...error, message: error.message, stack: error.stack }), /s3/)
          return true
        },
      )
    })
  }
})
