import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { openSqliteCatalog } from '../../../src/catalog/sqlite/catalog.ts'
import { BlotterError, type ErrorCode } from '../../../src/errors.ts'
import { catalogContract } from '../contract.ts'

const temporary = async (): Promise<{ folder: string; dispose(): Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  return { folder, dispose: () => rm(folder, { recursive: true, force: true }) }
}
const scratch = async (t: TestContext): Promise<string> => {
  const { folder, dispose } = await temporary()
  t.after(dispose)
  return folder
}
const failsWith = (code: ErrorCode, naming: string) => (error: unknown) =>
  error instanceof BlotterError && error.code === code && error.message.includes(naming) && error.todo.length > 0

catalogContract('SQLite', {
  atomic: true,
  async open() {
    const { folder, dispose } = await temporary()
    const file = join(folder, 'lake', 'catalog.sqlite')
    const catalog = openSqliteCatalog(file, { name: 'blotter' })
    return {
      catalog,
      again: async () => openSqliteCatalog(file, { name: 'blotter' }),
      async dispose() {
        catalog.close()
        await dispose()
      },
    }
  },
})

test('a file that is no database, or is cut off, is lake_damaged and stays as it is', async (t) => {
  const folder = await scratch(t)
  const text = join(folder, 'text.sqlite')
  await writeFile(text, 'this is no database, and long enough to be looked at as one'.repeat(100))
  assert.throws(() => openSqliteCatalog(text, { name: 'blotter' }), failsWith('lake_damaged', text))

  const cut = join(folder, 'cut.sqlite')
  const catalog = openSqliteCatalog(cut, { name: 'blotter' })
  for (let n = 0; n < 300; n++) await catalog.commit([{ table: `raw.t${n}`, from: null, to: 'x'.repeat(200) }])
  catalog.close()
  await truncate(cut, 9000)
  const read = async (): Promise<unknown> => {
    const damaged = openSqliteCatalog(cut, { name: 'blotter' })
    return damaged.tables().finally(() => damaged.close())
  }
  await assert.rejects(read(), failsWith('lake_damaged', cut))
})

test('a lake that is not there is missing, or is made, as asked; one that cannot be made is unwritable', async (t) => {
  const folder = await scratch(t)
  const absent = join(folder, 'absent', 'catalog.sqlite')
  assert.throws(() => openSqliteCatalog(absent, { name: 'blotter', create: false }), failsWith('lake_missing', absent))
  const file = join(folder, 'file')
  await writeFile(file, '')
  assert.throws(
    () => openSqliteCatalog(join(file, 'catalog.sqlite'), { name: 'blotter' }),
    failsWith('lake_unwritable', file),
  )
})

test('tables of other catalogs in the same file, and views, are none of ours', async (t) => {
  const file = join(await scratch(t), 'catalog.sqlite')
  const ours = openSqliteCatalog(file, { name: 'blotter' })
  const other = openSqliteCatalog(file, { name: 'other' })
  await other.commit([{ table: 'raw.crimes', from: null, to: 'theirs' }])
  assert.deepEqual(await ours.tables(), [])
  await ours.commit([{ table: 'raw.crimes', from: null, to: 'ours' }])
  assert.equal((await other.entry('raw.crimes'))?.metadataLocation, 'theirs')
  ours.close()
  other.close()
})

test('a catalog that an older pyiceberg made gets the column it lacks, and keeps its tables', async (t) => {
  const file = join(await scratch(t), 'catalog.sqlite')
  const db = new DatabaseSync(file)
  db.exec(`CREATE TABLE iceberg_tables (
      catalog_name VARCHAR(255) NOT NULL, table_namespace VARCHAR(255) NOT NULL, table_name VARCHAR(255) NOT NULL,
      metadata_location VARCHAR(1000), previous_metadata_location VARCHAR(1000),
      PRIMARY KEY (catalog_name, table_namespace, table_name));
    INSERT INTO iceberg_tables VALUES ('blotter', 'raw', 'crimes', 'a', NULL)`)
  db.close()
  const catalog = openSqliteCatalog(file, { name: 'blotter' })
  await catalog.commit([{ table: 'raw.crimes', from: 'a', to: 'b' }])
  assert.deepEqual(await catalog.tables(), [{ table: 'raw.crimes', metadataLocation: 'b' }])
  assert.deepEqual(await catalog.namespaces(), ['raw'])
  catalog.close()
})

test('a writer that is killed at any moment leaves both tables at the same version', async (t) => {
  const folder = await scratch(t)
  const file = join(folder, 'catalog.sqlite')
  const script = join(folder, 'writer.ts')
  const module = new URL('../../../src/catalog/sqlite/catalog.ts', import.meta.url).href
  await writeFile(
    script,
    `import { openSqliteCatalog } from '${module}'
    const catalog = openSqliteCatalog(process.argv[2], { name: 'blotter' })
    let from = (await catalog.entry('a.a'))?.metadataLocation ?? null
    for (let n = Number(from ?? 0) + 1; ; n++) {
      await catalog.commit([{ table: 'a.a', from, to: String(n) }, { table: 'b.b', from, to: String(n) }])
      from = String(n)
      if (n % 5 === 0) process.stdout.write('.')
    }`,
  )
  let last = 0
  for (let round = 0; round < 3; round++) {
    const writer = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(writer.stdout, 'data')
    await new Promise((resolve) => setTimeout(resolve, 7 * round))
    writer.kill('SIGKILL')
    await once(writer, 'exit')
    const catalog = openSqliteCatalog(file, { name: 'blotter' })
    const [a, b] = await catalog.tables()
    catalog.close()
    assert.equal(a?.metadataLocation, b?.metadataLocation)
    assert.ok(Number(a?.metadataLocation) > last)
    last = Number(a?.metadataLocation)
  }
})
