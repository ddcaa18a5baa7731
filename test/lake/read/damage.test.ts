import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openDuckDb } from '../../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import { BlotterError } from '../../../src/errors.ts'
import { blameFile, unreadable, unreadableFile } from '../../../src/lake/read/damage.ts'

describe('What the engine says of a file that it cannot read', () => {
  let folder: string
  let engine: Engine
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blotter-'))
    engine = await openDuckDb({ memoryBytes: 128 * 2 ** 20, spillFolder: join(folder, 'spill') })
  })
  after(async () => {
    await engine[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  const failure = async (sql: string): Promise<BlotterError> => {
    const error = await engine.rows(sql).then(() => undefined, (found: unknown) => found)
    assert.ok(error instanceof BlotterError, sql)
    return error
  }

  it('tells which file is missing, cut off, empty or of another kind', async () => {
    const file = join(folder, 'a.parquet')
    assert.equal(unreadableFile(await failure(`FROM read_parquet('${file}')`)), file)
    await engine.writeParquet('SELECT i, md5(i::VARCHAR) AS t FROM range(50000) r(i)', file)
    await truncate(file, 5000)
    assert.equal(unreadableFile(await failure(`FROM read_parquet('${file}')`)), file)
    await truncate(file, 0)
    assert.equal(unreadableFile(await failure(`FROM read_parquet('${file}')`)), file)
    await writeFile(file, 'id,date\n1,2025-01-01\n'.repeat(100))
    const error = await failure(`FROM read_parquet('${file}')`)
    assert.equal(unreadableFile(error), file)
    const named = unreadable(file, error)
    assert.equal(named.code, 'lake_damaged')
    assert.match(named.message, /a\.parquet cannot be read \(No magic bytes/)
    assert.doesNotMatch(named.message, /LINE|Error/)
  })

  it('is brought home to the file that it does not name, by a look into each', async () => {
    const [sound, broken] = [join(folder, 'sound.parquet'), join(folder, "it's broken.parquet")]
    for (const file of [sound, broken]) await engine.writeParquet('SELECT i, i % 7 AS n FROM range(500) r(i)', file)
    const bytes = await readFile(broken)
    // The first page's header, in Thrift: a field of a type that there is not.
    bytes.fill(0xff, 4, 12)
    await writeFile(broken, bytes)
    const scan = `SELECT * FROM read_parquet(['${sound}', '${broken.replace("'", "''")}'])`
    const error = await failure(scan)
    const blamed = await blameFile(error, engine, [scan])
    assert.ok(blamed instanceof BlotterError)
    assert.equal(blamed.code, 'lake_damaged')
    assert.ok(blamed.message.startsWith(broken), blamed.message)
    const mistake = await failure(`SELECT 'x'::INTEGER`)
    assert.equal(await blameFile(mistake, engine, [scan]), mistake)
  })

  it('is not taken for damage where the SQL is wrong', async () => {
    assert.equal(unreadableFile(await failure(`SELECT 'corrupt' AS a, no_such_column`)), undefined)
    assert.equal(unreadableFile(await failure(`SELECT 'x'::INTEGER`)), undefined)
    assert.equal(unreadableFile(new Error('No magic bytes')), undefined)
  })
})
