import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { connectMysql } from '../../../src/source/mysql/connect.ts'
import { describeTable, qualified, quoted } from '../../../src/source/mysql/describe.ts'
import { parseMysqlUrl } from '../../../src/source/mysql/url.ts'
import { NO_MARIADB, startMariaDb } from '../../services/mariadb.ts'

const NEVER = new AbortController().signal
const server = await startMariaDb()
after(() => server?.stop())

async function describeOf(database: string, table: string, as?: { user: string; password: string }) {
  const url = server!.url(database, table).replace('//blotter@', `//${as?.user ?? 'blotter'}@`)
  const address = parseMysqlUrl(url, { table })
  await using connection = await connectMysql(address, { password: as?.password ?? server!.password, signal: NEVER })
  return await describeTable(connection, address)
}

describe('The description of a table', { skip: server ? false : NO_MARIADB }, () => {
  it('has columns in order, key, estimate and server', async () => {
    await server!.admin(
      'CREATE DATABASE city; USE city;' +
        'CREATE TABLE crimes (b INT, a VARCHAR(5), `Odd ``name` DATETIME(3), PRIMARY KEY (a, b));' +
        'CREATE TABLE keyless (x INT); CREATE VIEW seen AS SELECT x FROM keyless; CREATE DATABASE empty',
    )
    assert.deepEqual(await describeOf('city', 'crimes'), {
      what: server!.version,
      table: 'crimes',
      columns: [
        { name: 'b', type: 'long', declared: 'int(11)' },
        { name: 'a', type: 'text', declared: 'varchar(5)' },
        { name: 'Odd `name', type: 'text', declared: 'datetime(3)' },
      ],
      primaryKey: ['a', 'b'],
      rowsEstimate: 0,
    })
  })

  it('has no key where there is none, and knows views', async () => {
    assert.deepEqual((await describeOf('city', 'keyless')).primaryKey, [])
    const view = await describeOf('city', 'seen')
    assert.deepEqual([view.columns.length, view.rowsEstimate], [1, undefined])
  })

  it('finds a table that is spelt with other capitals', async () => {
    assert.equal((await describeOf('city', 'CRIMES')).table, 'crimes')
  })

  it('says what there is where table or database is missing', async () => {
    const missing = { code: 'source_table_missing' }
    await assert.rejects(describeOf('city', 'crime'), { ...missing, message: /There is: crimes, keyless, seen\./ })
    await assert.rejects(describeOf('empty', 'crimes'), { ...missing, message: /no table "crimes" in "empty"/ })
    const noDatabase = { ...missing, message: /no database "town".*There is: city, empty\./ }
    await assert.rejects(describeOf('town', 'crimes'), noDatabase)
  })

  it('shows an account no more than it may see', async () => {
    await server!.admin("CREATE USER guest@'%' IDENTIFIED BY 'g'; GRANT SELECT ON city.keyless TO guest@'%'")
    const guest = { user: 'guest', password: 'g' }
    assert.equal((await describeOf('city', 'keyless', guest)).columns.length, 1)
    const missing = { code: 'source_table_missing', message: /There is: keyless\./ }
    await assert.rejects(describeOf('city', 'crimes', guest), missing)
  })
})

describe('A name', () => {
  it('is quoted so that it can hold anything', () => {
    assert.equal(quoted('a`b'), '`a``b`')
    assert.equal(qualified(parseMysqlUrl('mysql://u@h/my%20city', { table: 't' })), '`my city`.`t`')
  })
})
