import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { BlotterError } from '../../../src/errors.ts'
import { openAccounts } from '../../../src/source/mysql/accounts.ts'
import { accountRights, readGrants } from '../../../src/source/mysql/grants.ts'
import type { Login } from '../../../src/source/mysql/login.ts'
import { openMysqlSource } from '../../../src/source/mysql/source.ts'
import type { DatabaseServer } from '../../services/database-process.ts'
import { NO_MARIADB, startMariaDb } from '../../services/mariadb.ts'
import { NO_MYSQL, startMySql } from '../../services/mysql.ts'
import { NEVER } from '../contract.ts'

const maria = await startMariaDb(['--plugin-maturity=unknown'])
const mysql = await startMySql()
after(() => Promise.all([maria?.stop(), mysql?.stop()]))

const PASSWORD = `it's "quoted" \\ 100% — geheim`
const AWKWARD = `o'clock "two" \\ 東京`

let cities = 0

/** A city of its own with a table of three rows and an account that may read it. */
async function city(server: DatabaseServer, options: { host?: string; require?: string } = {}) {
  const name = `city_${++cities}`
  const reader = `reader_${cities}`
  const host = options.host ?? '%'
  await server.admin(
    [
      `CREATE DATABASE ${name}`,
      `CREATE TABLE ${name}.crimes (id BIGINT PRIMARY KEY)`,
      `CREATE TABLE ${name}.others (id BIGINT PRIMARY KEY)`,
      `INSERT INTO ${name}.crimes VALUES (1), (2), (3)`,
      `CREATE USER '${reader}'@'${host}' IDENTIFIED BY '${sqlText(PASSWORD)}' ${options.require ?? ''}`,
      `GRANT SELECT ON ${name}.crimes TO '${reader}'@'${host}'`,
    ].join(';'),
  )
  const url = `mysql://${reader}@localhost:${server.port}/${name}?table=crimes`
  const logins = async (): Promise<Login> => ({ password: PASSWORD })
  const admin = async () => ({ user: server.user, password: server.password })
  const rights = (user: string, password: string) =>
    accountRights(url, { table: 'crimes', signal: NEVER, logins: async () => ({ user, password }) })
  return {
    name,
    reader,
    clone: `${reader}_clone`,
    url,
    logins,
    admin,
    rights,
    options: { table: 'crimes', logins, signal: NEVER },
  }
}

function sqlText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "''")
}

async function code(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.fail('nothing failed'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof BlotterError, String(error))
  return error.code
}

for (const [name, server, missing] of [
  ['MariaDB', maria, NO_MARIADB],
  ['MySQL', mysql, NO_MYSQL],
] as const) {
  describe(`Accounts of ${server?.version ?? name}`, { skip: server ? false : missing }, () => {
    it('are made by an admin with SELECT on the table and nothing else, and again without harm', async () => {
      const { clone, url, admin, options, rights, name: database } = await city(server!)
      const accounts = openAccounts(url, { ...options, admin })
      await accounts.set(clone, AWKWARD, undefined)
      await accounts.set(clone, AWKWARD, undefined)
      await accounts.test(clone, AWKWARD)
      const { account, writes, extra } = await rights(clone, AWKWARD)
      assert.deepEqual({ account, writes, extra }, { account: `${clone}@%`, writes: [], extra: [] })
      const others = openMysqlSource(url.replace('crimes', 'others'), {
        table: 'others',
        logins: async () => ({ user: clone, password: AWKWARD }),
      })
      assert.equal(await code(others.describe(NEVER)), 'source_table_missing', database)
    })

    it('get another password by an admin, and the earlier one is worth nothing from then on', async () => {
      const { clone, url, admin, options } = await city(server!)
      const accounts = openAccounts(url, { ...options, admin })
      await accounts.set(clone, 'the first Password-1', undefined)
      await accounts.set(clone, 'the second Password-2', undefined)
      await accounts.test(clone, 'the second Password-2')
      assert.equal(await code(accounts.test(clone, 'the first Password-1')), 'source_refused')
    })

    it('set their own passwords where there is no admin, also when that was half done before', async () => {
      const { reader, clone, url, options, admin, name: database } = await city(server!)
      await openAccounts(url, { ...options, admin }).set(clone, 'made by the admin', undefined)
      const accounts = openAccounts(url, { ...options, admin: undefined })
      await accounts.set(clone, AWKWARD, 'made by the admin')
      await accounts.test(clone, AWKWARD)
      // A process that was killed here does not know that it is done.
      await accounts.set(clone, AWKWARD, 'made by the admin')
      await accounts.test(clone, AWKWARD)
      await accounts.set(reader, 'Another-1', PASSWORD)
      await accounts.test(reader, 'Another-1')
      assert.ok(database)
    })

    it('cannot be made without an admin, which is said with both ways out', async () => {
      const { clone, url, options } = await city(server!)
      await assert.rejects(openAccounts(url, { ...options, admin: undefined }).set(clone, AWKWARD, undefined), (error) => {
        assert.ok(error instanceof BlotterError)
        assert.equal(error.code, 'source_refused')
        assert.match(`${error.message} ${error.todo}`, /without an admin.*admin_password: secret.*_clone/s)
        assert.doesNotMatch(error.message, /東京/)
        return true
      })
    })

    it('are made for the same hosts and with the same TLS as the one that they take turns with', async () => {
      const { clone, url, admin, options } = await city(server!, { host: '127.0.0.1', require: 'REQUIRE SSL' })
      const accounts = openAccounts(url, { ...options, admin })
      await accounts.set(clone, AWKWARD, undefined)
      await accounts.test(clone, AWKWARD)
      const [made] = await server!.admin(`SHOW CREATE USER '${clone}'@'127.0.0.1'`)
      assert.match(String(Object.values(made!)[0]), /REQUIRE SSL/)
      const plain = openAccounts(`${url}&tls=off`, { ...options, admin })
      assert.equal(await code(plain.test(clone, AWKWARD)), 'source_refused')
    })

    it('that can write, read more, or have a role are told by their rights', async () => {
      const { reader, rights, name: database } = await city(server!)
      await server!.admin(
        `GRANT INSERT, DELETE ON ${database}.crimes TO '${reader}'@'%'; GRANT SELECT ON ${database}.* TO '${reader}'@'%';
         GRANT PROCESS ON *.* TO '${reader}'@'%'; CREATE ROLE IF NOT EXISTS desk; GRANT desk TO '${reader}'@'%'`,
      )
      const { writes, extra, fix } = await rights(reader, PASSWORD)
      assert.deepEqual(writes.sort(), [`INSERT, DELETE on ${database}.crimes`, 'PROCESS on *.*'])
      assert.ok(extra.includes(`SELECT on ${database}.*`), extra.join())
      assert.ok(
        extra.some((one) => one.startsWith('the role')),
        extra.join(),
      )
      for (const statement of fix.split(';').filter((one) => one.trim() !== '')) await server!.admin(statement)
      const after = await rights(reader, PASSWORD)
      assert.deepEqual(after.writes, [])
      assert.ok(!after.extra.some((one) => one.startsWith('SELECT')))
    })
  })
}

describe('An account of MariaDB by ed25519', { skip: maria ? false : NO_MARIADB }, () => {
  it('takes turns with another one by ed25519', async (t) => {
    const installed = await maria!.admin("INSTALL SONAME 'auth_ed25519'").then(
      () => true,
      () => false,
    )
    if (!installed) return t.skip('this MariaDB has no auth_ed25519')
    const { reader, clone, url, admin, options } = await city(maria!)
    await maria!.admin(`ALTER USER '${reader}'@'%' IDENTIFIED VIA ed25519 USING PASSWORD('${sqlText(PASSWORD)}')`)
    const accounts = openAccounts(url, { ...options, admin })
    await accounts.set(clone, AWKWARD, undefined)
    await accounts.test(clone, AWKWARD)
    const [made] = await maria!.admin(`SHOW CREATE USER '${clone}'@'%'`)
    assert.match(String(Object.values(made!)[0]), /VIA ed25519/)
  })
})

describe('Grants', () => {
  const read = (...lines: string[]) => readGrants(lines, { database: 'city_1', table: 'crimes' })

  it('are read in the words of both servers', () => {
    assert.deepEqual(
      read("GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD '*12'", 'GRANT SELECT ON `city_1`.`crimes` TO `r`@`%`'),
      {
        writes: [],
        extra: [],
      },
    )
    assert.deepEqual(read('GRANT SELECT (`id`, `date`), INSERT (`id`) ON `city_1`.`crimes` TO `r`@`%`').writes, [
      'INSERT on city_1.crimes',
    ])
    assert.deepEqual(read('GRANT SELECT ON `city\\_1`.* TO `r`@`%`').extra, ['SELECT on city_1.*'])
    assert.deepEqual(read('GRANT ALL PRIVILEGES ON *.* TO `root`@`%` WITH GRANT OPTION').writes, [
      'ALL PRIVILEGES on *.*',
      'GRANT OPTION on *.*',
    ])
    assert.deepEqual(read('GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP ON *.* TO `r`@`%`'), {
      writes: ['5 rights on *.*'],
      extra: ['SELECT on *.*'],
    })
    assert.deepEqual(read('GRANT `desk`@`%` TO `r`@`%`', 'GRANT desk TO `r`@`%`').extra, [
      'the role `desk`@`%`',
      'the role desk',
    ])
  })
})
