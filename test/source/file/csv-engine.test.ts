import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TextForm } from '../../../src/source/file/bytes.ts'
import { stageThroughEngine } from '../../../src/source/file/csv-engine.ts'
import { readCsvHeader } from '../../../src/source/file/csv-header.ts'
import { scanCsv } from '../../../src/source/file/csv-scan.ts'
import { findFiles } from '../../../src/source/file/find.ts'
import { inWorkshop, NEVER } from './staged.ts'

// What DuckDB 1.5 does with these is why its word alone is not taken: of the first it loses a field, of the second quotes
// and spaces, the third it cannot read.
const TRAPS = ['a,b\n1,2,\n', 'a,b\n1, "x"\n', 'a,b\r\n1,2\n3,4\r\n']

test('the engine is believed only where it found the rows and the bytes of the scan', () =>
  inWorkshop(async ({ put, folder, stage }) => {
    const form: TextForm = { compression: 'none', encoding: 'utf-8' }
    const tried = async (text: string): Promise<boolean> => {
      const path = await put('x.csv', text)
      const [file] = await findFiles({ pattern: 'x.csv', partial: false }, folder)
      const header = await readCsvHeader(file!, form)
      const columns = header.names.map((name) => ({ name, type: 'text' as const, declared: 'text' }))
      const work = { file: file!, form, header, columns, job: { stage, name: 'x', signal: NEVER, progress: () => {} } }
      const input = { path, header: true, compression: 'none' }
      return stageThroughEngine(work, await scanCsv(work), input, join(stage.folder, 'x.parquet'))
    }
    assert.equal(await tried('a,b\n1,2\n3,"x"\n'), true)
    for (const text of TRAPS) assert.equal(await tried(text), false, text)
  }))
