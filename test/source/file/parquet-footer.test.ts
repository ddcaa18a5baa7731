import assert from 'node:assert/strict'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { literal } from '../../../src/model/sql-text.ts'
import { findFiles } from '../../../src/source/file/find.ts'
import { readParquetFooter } from '../../../src/source/file/parquet-footer.ts'
import { inWorkshop } from './staged.ts'

test('the footer tells rows and top-level columns, whatever lies beneath them', () =>
  inWorkshop(async ({ folder, engine }) => {
    const select = "SELECT {a: {b: range}, c: [range]} AS deep, range AS flat, MAP {'k': 1} AS m FROM range(250000)"
    await engine.writeParquet(select, join(folder, 'x.parquet'))
    const [file] = await findFiles({ pattern: 'x.parquet', partial: false }, folder)
    const { rows, columns } = await readParquetFooter(file!)
    assert.equal(rows, 250_000)
    assert.deepEqual(
      columns.map(({ name, type, nested }) => [name, type, nested]),
      [
        ['deep', 'text', true],
        ['flat', 'long', false],
        ['m', 'text', true],
      ],
    )
  }))

test('a Parquet file that is cut or damaged is refused by name', () =>
  inWorkshop(async ({ folder, engine, extract }) => {
    const path = join(folder, 'x.parquet')
    await engine.run(`COPY (SELECT range AS i, range::VARCHAR AS t FROM range(100000)) TO ${literal(path)}`)
    const refused = async (reason: RegExp): Promise<void> =>
      assert.rejects(extract('file:x.parquet'), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'source_file_unreadable')
        assert.match(error.message, /^x\.parquet cannot be read/)
        assert.match(error.message, reason)
        return true
      })
    await truncate(path, 50_000)
    await refused(/its end is no Parquet footer: the file is cut/)
    await truncate(path, 7)
    await refused(/too short/)
    await writeFile(path, Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(40, 0x99), Buffer.from('\x28\0\0\0PAR1')]))
    await refused(/footer is damaged|holds no schema/)
  }))
