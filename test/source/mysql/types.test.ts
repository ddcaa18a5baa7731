import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { openMysqlSource } from '../../../src/source/mysql/source.ts'
import { NO_MARIADB, startMariaDb } from '../../services/mariadb.ts'
import { NO_MYSQL, startMySql } from '../../services/mysql.ts'
import { NEVER, openWorkbench } from '../contract.ts'

const maria = await startMariaDb(['--default-time-zone=-06:00'])
const mysql = await startMySql(['--default-time-zone=-06:00'])
after(() => Promise.all([maria?.stop(), mysql?.stop()]))

/** Type in the table, SQL of a value, what it is staged as, the value that is found. */
type Case = readonly [declared: string, sql: string, type: string, value: unknown]

const CASES: readonly Case[] = [
  ['TINYINT', '-128', 'long', -128n],
  ['TINYINT(1)', '2', 'long', 2n],
  ['BOOL', 'TRUE', 'long', 1n],
  ['SMALLINT UNSIGNED', '65535', 'long', 65535n],
  ['MEDIUMINT', '-8388608', 'long', -8388608n],
  ['INT UNSIGNED', '4294967295', 'long', 4294967295n],
  ['BIGINT', '-9223372036854775808', 'long', -(2n ** 63n)],
  ['BIGINT', '9007199254740993', 'long', 9007199254740993n],
  ['BIGINT UNSIGNED', '18446744073709551615', 'text', '18446744073709551615'],
  ['BIT(1)', "b'1'", 'long', 1n],
  ['BIT(63)', "b'111'", 'long', 7n],
  ['BIT(64)', '0xFFFFFFFFFFFFFFFF', 'text', '18446744073709551615'],
  ['DOUBLE', '0.30000000000000004e0', 'double', 0.1 + 0.2],
  ['DOUBLE', '1.7976931348623157e308', 'double', Number.MAX_VALUE],
  ['FLOAT', '0.1', 'double', Math.fround(0.1)],
  ['DECIMAL(30, 10)', '12345678901234567890.0123456789', 'text', '12345678901234567890.0123456789'],
  ['DATE', "'2024-02-29'", 'text', '2024-02-29'],
  ['DATE', "'2024-00-15'", 'text', '2024-00-15'],
  ['DATE', "'0000-00-00'", 'text', '0000-00-00'],
  ['DATETIME', "'2024-03-10 02:30:00'", 'text', '2024-03-10 02:30:00'],
  ['DATETIME(6)', "'1000-01-01 00:00:00.000001'", 'text', '1000-01-01 00:00:00.000001'],
  ['DATETIME(3)', "'2024-03-10 02:30:00.500'", 'text', '2024-03-10 02:30:00.5'],
  ['DATETIME(3)', "'2024-03-10 20:00:00'", 'text', '2024-03-10 20:00:00'],
  ['DATETIME', "'0000-00-00 00:00:00'", 'text', '0000-00-00 00:00:00'],
  ['DATETIME', "'2024-00-15 10:00:00'", 'text', '2024-00-15 10:00:00'],
  ['TIMESTAMP NULL', "'2024-03-10 02:30:00'", 'text', '2024-03-10 02:30:00'],
  ['TIMESTAMP(3) NULL', "'2024-11-03 01:30:00.125'", 'text', '2024-11-03 01:30:00.125'],
  ['TIME(3)', "'-838:59:58.500'", 'text', '-838:59:58.500'],
  ['YEAR', '2024', 'text', '2024'],
  ['CHAR(5)', "'ab'", 'text', 'ab'],
  ['VARCHAR(20)', "'Zoë ☃ 😀 \\\\ '' '", 'text', "Zoë ☃ 😀 \\ ' "],
  ['VARCHAR(20) CHARACTER SET latin1', "'Zoë €'", 'text', 'Zoë €'],
  ['VARCHAR(20) CHARACTER SET utf16', "'😀'", 'text', '😀'],
  ['VARCHAR(20) CHARACTER SET cp1251', "'Привет'", 'text', 'Привет'],
  ['VARCHAR(20)', "''", 'text', ''],
  ['LONGTEXT', "REPEAT('é', 100000)", 'text', 'é'.repeat(100_000)],
  ['JSON', `'{"id": 9007199254740993}'`, 'text', '{"id": 9007199254740993}'],
  ["ENUM('a', 'b')", "'b'", 'text', 'b'],
  ["SET('x', 'y')", "'x,y'", 'text', 'x,y'],
  ['VARBINARY(10)', "x'00FF41'", 'text', '0x00FF41'],
  ['BINARY(3)', "'A'", 'text', '0x410000'],
  ['BLOB', "''", 'text', '0x'],
  ['POINT', 'POINT(1, 2)', 'text', '0x000000000101000000000000000000F03F0000000000000040'],
]

const ONLY_MARIADB: readonly Case[] = [
  ['UUID', "'123e4567-e89b-12d3-a456-426655440000'", 'text', '123e4567-e89b-12d3-a456-426655440000'],
  ['INET6', "'::1'", 'text', '::1'],
]

for (const [name, server, missing, cases] of [
  ['MariaDB', maria, NO_MARIADB, [...CASES, ...ONLY_MARIADB]],
  ['MySQL', mysql, NO_MYSQL, CASES],
] as const) {
  describe(`${name}’s types`, { skip: server ? false : missing }, async () => {
    const found: { name: string; type: string }[] = []
    const rows: Record<string, unknown>[] = []
    if (server) {
      const columns = cases.map(([declared], i) => `c${i} ${declared}`).join(', ')
      await server.admin(
        `CREATE DATABASE city; USE city; SET NAMES utf8mb4; SET SESSION sql_mode = '';
         CREATE TABLE kinds (id INT PRIMARY KEY, ${columns});
         INSERT INTO kinds VALUES (1, ${cases.map(([, sql]) => sql).join(', ')}), (2${', NULL'.repeat(cases.length)})`,
      )
      const options = { table: 'kinds', password: server.password, reader: 'plain' } as const
      const source = openMysqlSource(server.url('city', 'kinds'), options)
      await using bench = await openWorkbench()
      await using view = await source.open(NEVER)
      found.push(...view.columns)
      rows.push(...(await bench.read(await view.extract({ stage: bench.stage, signal: NEVER, progress: () => {} }))))
    }

    for (const [i, [declared, sql, type, value]] of cases.entries()) {
      it(`bring ${declared} ${sql.slice(0, 40)} as ${type}, as it was found`, () => {
        assert.equal(found[i + 1]?.type, type)
        assert.deepEqual(rows[0]?.[`c${i}`], value)
        assert.equal(rows[1]?.[`c${i}`], null)
      })
    }
  })
}
