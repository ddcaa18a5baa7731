import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTableSql } from '../../../src/source/mysql/table-sql.ts'
import { trees } from '../trees.ts'

const [id, kind, felled, , height, seen] = trees.columns
const definition = { ...trees, columns: [id!, { ...kind!, name: 'odd `name' }, felled!, height!, seen!] }

describe('The SQL of a source’s table', () => {
  it('follows the declaration', () => {
    assert.equal(
      createTableSql('`city`.`trees`', definition),
      [
        'CREATE TABLE `city`.`trees` (',
        '  `id` BIGINT NOT NULL,',
        '  `odd ``name` VARCHAR(255) NULL,',
        '  `felled` TINYINT(1) NULL,',
        '  `height` DOUBLE NULL,',
        '  `seen_on` DATETIME NULL,',
        '  PRIMARY KEY (`id`),',
        '  INDEX (`seen_on`)',
        ') ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4',
      ].join('\n'),
    )
  })

  it('tells keys apart that differ only in case, and needs no cursor among the columns', () => {
    const columns = [{ name: 'code', type: 'string' as const, doc: '' }]
    const sql = createTableSql('t', { ...definition, key: 'code', columns })
    assert.match(sql, /`code` VARCHAR\(255\) COLLATE utf8mb4_bin NOT NULL/)
    assert.doesNotMatch(sql, /INDEX/)
  })
})
