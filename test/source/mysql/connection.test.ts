import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectSocket, createServer } from 'node:net'
import { after, describe, it } from 'node:test'
import { connectMysql } from '../../../src/source/mysql/connect.ts'
import type { MysqlConnection } from '../../../src/source/mysql/connection.ts'
import { parseMysqlUrl } from '../../../src/source/mysql/url.ts'
import type { DatabaseServer } from '../../services/database-process.ts'
import { NO_MARIADB, startMariaDb } from '../../services/mariadb.ts'
import { NO_MYSQL, startMySql } from '../../services/mysql.ts'

const NEVER = new AbortController().signal
const maria = await startMariaDb()
const plain = await startMariaDb(['--skip-ssl'])
const mysql = await startMySql()
after(() => Promise.all([maria?.stop(), plain?.stop(), mysql?.stop()]))

interface How {
  user?: string
  password?: string
  host?: string
  options?: string
  signal?: AbortSignal
}

function connect(server: DatabaseServer, how: How = {}): Promise<MysqlConnection> {
  const user = how.user ?? server.user
  const url = `mysql://${user}@${how.host ?? server.host}:${server.port}/mysql?table=user${how.options ?? ''}`
  const password = how.password ?? server.password
  return connectMysql(parseMysqlUrl(url, { table: 't' }), { password, signal: how.signal ?? NEVER })
}

for (const [name, server, missing] of [
  ['MariaDB', maria, NO_MARIADB],
  ['MySQL', mysql, NO_MYSQL],
] as const) {
  describe(`A connection to ${name}`, { skip: server ? false : missing }, () => {
    it('is encrypted where the server offers it', async () => {
      await using connection = await connect(server!)
      assert.equal(connection.encrypted, true)
      assert.equal(connection.server, server!.version)
    })

    it('is in the clear where that is wanted', async () => {
      await using connection = await connect(server!, { options: '&tls=off' })
      assert.equal(connection.encrypted, false)
    })

    it('checks the certificate’s authority and name, of hosts and of addresses', async () => {
      const ca = `&tls=verify&ca=${server!.tls.ca}`
      for (const host of ['localhost', '127.0.0.1']) {
        await using connection = await connect(server!, { host, options: ca })
        assert.equal(connection.encrypted, true)
      }
      const unknown = { code: 'source_refused', message: /TLS with .* failed/ }
      await assert.rejects(connect(server!, { options: '&tls=verify' }), unknown)
      // The certificate names localhost and 127.0.0.1, but not this address of the same machine.
      const detour = createServer((socket) => socket.pipe(connectSocket(server!.port, '127.0.0.1')).pipe(socket))
      await once(detour.listen(0, '127.0.0.2'), 'listening')
      const { port } = detour.address() as { port: number }
      await assert.rejects(connect({ ...server!, port }, { host: '127.0.0.2', options: ca }), {
        code: 'source_refused',
        message: /IP: 127\.0\.0\.2 is not in the cert/,
      })
      detour.close()
    })

    it('says which file of an authority cannot be read', async () => {
      const options = '&tls=verify&ca=/nowhere/ca.pem'
      await assert.rejects(connect(server!, { options }), { code: 'source_url_invalid', message: /\/nowhere\/ca\.pem/ })
    })

    it('is refused with a wrong password, which stays unsaid', async () => {
      await assert.rejects(connect(server!, { password: 'wr0ng' }), (error: Error & { code: string }) => {
        assert.equal(error.code, 'source_refused')
        assert.match(error.message, /Access denied/)
        assert.doesNotMatch(JSON.stringify({ ...error, message: error.message }), /wr0ng/)
        return true
      })
    })

    it('keeps whole numbers beyond 2^53, doubles and texts exactly', async () => {
      await using connection = await connect(server!)
      const rows: unknown[][] = []
      const sql = "SELECT 9223372036854775807, -9223372036854775808, 0.1e0 + 0.2e0, '😀 é', NULL, CAST(x'00ff' AS BINARY(2))"
      await connection.each(sql, (row) => void rows.push(row))
      const whole = ['9223372036854775807', '-9223372036854775808']
      assert.deepEqual(rows, [[...whole, 0.1 + 0.2, '😀 é', null, Buffer.from([0, 255])]])
    })

    it('reads all rows as they are and keeps what it does, whatever the server tells its sessions at first', async () => {
      const init = 'SET NAMES latin1, autocommit = 0'
      await server!.admin("CREATE USER led@'%' IDENTIFIED BY 'Led-12345'; GRANT SELECT ON mysql.* TO led@'%'")
      await server!.admin(`SET GLOBAL init_connect = '${init}', GLOBAL sql_select_limit = 1`)
      try {
        await using connection = await connect(server!, { user: 'led', password: 'Led-12345' })
        const rows = await connection.rows(
          "SELECT _utf8mb4 x'F09F9880' AS sign, @@autocommit AS kept UNION ALL SELECT '😀', 1",
        )
        assert.deepEqual(
          rows.map((row) => ({ ...row })),
          [
            { sign: '😀', kept: 1 },
            { sign: '😀', kept: 1 },
          ],
        )
      } finally {
        await server!.admin("SET GLOBAL init_connect = '', GLOBAL sql_select_limit = 18446744073709551615")
      }
    })

    it('waits for the one who takes the rows', async () => {
      await using connection = await connect(server!)
      const taken: number[] = []
      let busy = false
      const sql = 'SELECT 1 FROM information_schema.collations LIMIT 50'
      await connection.each(sql, () => {
        assert.equal(busy, false)
        taken.push(taken.length)
        busy = true
        return new Promise((resolve) =>
          setImmediate(() => {
            busy = false
            resolve()
          }),
        )
      })
      assert.equal(taken.length, 50)
    })

    it('ends with the fault of the one who takes the rows', async () => {
      await using connection = await connect(server!)
      const fault = Object.assign(new Error('No space left on device'), { code: 'ENOSPC' })
      await assert.rejects(
        connection.each('SELECT 1 UNION ALL SELECT 2', () => Promise.reject(fault)),
        fault,
      )
    })

    it('is lost when the server ends it in the midst of a result', async () => {
      await using connection = await connect(server!)
      const [row] = await connection.rows('SELECT CONNECTION_ID() AS id')
      const some = 'information_schema.collations'
      const endless = `SELECT a.id FROM ${some} a, ${some} b, ${some} c`
      let rows = 0
      const kill = () => server!.admin(`KILL ${row!['id']}`).then(() => {})
      const reading = connection.each(endless, () => (++rows === 1000 ? kill() : undefined))
      await assert.rejects(reading, { code: 'source_lost', remedy: 'retry' })
    })

    it('is interrupted in the midst of a statement', async () => {
      const interrupt = new AbortController()
      await using connection = await connect(server!, { signal: interrupt.signal })
      setTimeout(() => interrupt.abort(), 100)
      const before = performance.now()
      await assert.rejects(connection.run('SELECT SLEEP(30)'), { code: 'interrupted' })
      assert.ok(performance.now() - before < 1000)
    })
  })
}

describe('A connection', { skip: maria && plain ? false : NO_MARIADB }, () => {
  it('falls back to the clear only with tls=auto', async () => {
    await using connection = await connect(plain!)
    assert.equal(connection.encrypted, false)
    const refused = { code: 'source_refused', message: /does not support secure connection/ }
    for (const tls of ['require', 'verify']) await assert.rejects(connect(plain!, { options: `&tls=${tls}` }), refused)
  })

  it('says so when nobody listens, or the host is unknown', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const { port } = free.address() as { port: number }
    free.close()
    await assert.rejects(connect({ ...maria!, port }), { code: 'source_unreachable', message: /ECONNREFUSED/ })
    await assert.rejects(connect(maria!, { host: 'nowhere.invalid' }), { code: 'source_unreachable' })
  })

  it('says so when what listens is no MySQL server', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    await assert.rejects(connect({ ...maria!, port }, { host: '127.0.0.1' }), { code: /source_(unreachable|refused)/ })
    other.close()
  })

  it('does not wait for ever for a server that says nothing, once it is interrupted', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as { port: number }
    await assert.rejects(connect({ ...maria!, port }, { signal: AbortSignal.timeout(200) }), { code: 'interrupted' })
    silent.close()
  })

  it('answers MariaDB’s ed25519 challenge, with passwords of any length and letters, and with none', async () => {
    await maria!.admin("INSTALL SONAME 'auth_ed25519'")
    for (const [i, password] of ['secret', 'a', 'žluťoučký kůň', 'x'.repeat(90)].entries()) {
      await maria!.admin(`CREATE USER ed${i}@'%' IDENTIFIED VIA ed25519 USING PASSWORD('${password}')`)
      await using connection = await connect(maria!, { user: `ed${i}`, password })
      const [row] = await connection.rows('SELECT CURRENT_USER() AS user')
      assert.equal(row!['user'], `ed${i}@%`)
      await assert.rejects(connect(maria!, { user: `ed${i}`, password: `${password}!` }), { code: 'source_refused' })
    }
  })
})

describe('MySQL’s own ways to log in', { skip: mysql ? false : NO_MYSQL }, () => {
  it('work with and without TLS, for the first time and from the server’s memory', async () => {
    await mysql!.admin("CREATE USER sha@'%' IDENTIFIED WITH caching_sha2_password BY 'secret'")
    for (const tls of ['off', 'off', 'require', 'auto']) {
      await using connection = await connect(mysql!, { user: 'sha', password: 'secret', options: `&tls=${tls}` })
      const [row] = await connection.rows('SELECT CURRENT_USER() AS user')
      assert.equal(row!['user'], 'sha@%')
    }
  })

  it('may demand TLS', async () => {
    await mysql!.admin("CREATE USER safe@'%' IDENTIFIED BY 'secret' REQUIRE SSL")
    await using connection = await connect(mysql!, { user: 'safe', password: 'secret' })
    assert.equal(connection.encrypted, true)
    const inTheClear = connect(mysql!, { user: 'safe', password: 'secret', options: '&tls=off' })
    await assert.rejects(inTheClear, { code: 'source_refused' })
  })
})
