import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, it } from 'node:test'
import { compile } from '../../../src/engine/spark/compile.ts'
import { CHICAGO, planOf } from './plan.ts'

describe('A compiled pipeline', () => {
  it('reads numbers as they are and times as text, under their declared names', async () => {
    const sql = compile(await planOf()).get('sql/1-extract/rows.mysql.sql')!
    assert.match(sql, /^ {2}t\.`arrest` AS `arrest`,$/m)
    assert.match(sql, /^ {2}CAST\(t\.`date` AS CHAR CHARACTER SET utf8mb4\) AS `date`,$/m)
    assert.match(sql, /^FROM `chicago`\.`crimes` AS t$/m)
  })

  it('asks for what is not declared as well, and lands as NULL what is not there', async () => {
    const columns = [
      { name: 'ID', type: 'long', declared: 'bigint(20)' },
      { name: 'Date', type: 'text', declared: 'datetime(6)' },
      { name: 'Primary Type', type: 'text', declared: 'varchar(40)' },
      { name: 'arrest', type: 'text', declared: 'decimal(3,1)' },
      { name: 'note', type: 'text', declared: 'blob' },
    ] as const
    const files = compile(await planOf(CHICAGO, columns))
    const rows = files.get('sql/1-extract/rows.mysql.sql')!
    assert.match(rows, /t\.`ID` AS `id`/)
    assert.match(rows, /CAST\(t\.`arrest` AS CHAR CHARACTER SET utf8mb4\) AS `arrest`/)
    assert.match(rows, /CONCAT\('0x', HEX\(t\.`note`\)\) AS `extra 1`/)
    assert.match(files.get('sql/2-check/read_rows.sql')!, /CAST\(NULL AS STRING\) AS "found block"/)
    const job = JSON.parse(files.get('job.json')!) as {
      has_cursor: boolean
      key_is_number: boolean
      columns: { unknown: string[]; missing: string[] }
    }
    assert.equal(job.has_cursor, false)
    assert.deepEqual(job.columns.unknown, ['note'])
    assert.ok(job.columns.missing.includes('updated_on'))
    assert.equal(files.has('sql/1-extract/keys.mysql.sql'), false)
    assert.equal(job.key_is_number, true)
  })

  it("keeps a pipeline's own SQL but for the names of tables, parameters and signs that Spark reads otherwise", async () => {
    const files = compile(await planOf())
    const sql = files.get('sql/4-transform/processed.crimes_without_arrest.sql')!
    assert.match(
      sql,
      /from raw__crimes c\nleft join reference__crime_types t on t\.primary_type = c\.primary_type\nwhere c\.arrest = false/,
    )
    assert.match(sql, /timestamp_ltz '\$\{processed_at\}' as processed_at/)
    assert.match(files.get('sql/2-check/warnings.sql')!, /date > timestamp_ntz '\$\{now\}'/)
  })

  it('knows nothing of Chicago: another city is another folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
    try {
      const files = compile(await planOf(await otherCity(folder), undefined, 'mysql://reader@db/town'))
      const text = [...files]
        .filter(([name]) => name.startsWith('sql/'))
        .map(([, sql]) => sql)
        .join('\n')
      assert.match(text, /MERGE INTO "blotter"\."raw"\."thefts"\."branch_\$\{branch\}" t/)
      assert.match(text, /INSERT OVERWRITE "blotter"\."counts"\."by_place"/)
      assert.match(text, /CASE WHEN "nr" IS NULL THEN 'key_missing'/)
      const named = /crime|arrest|iucr|chicago/i.exec(text)
      assert.equal(named?.[0], undefined)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('holds no credential, run or time, and is the same each time', async () => {
    const [first, second] = [compile(await planOf()), compile(await planOf())]
    assert.deepEqual([...first], [...second])
    const text = [...first.values()].join('\n')
    assert.doesNotMatch(text, /secret:\/\/|blotter_ro:|20\d\d-\d\d-\d\dT\d\d:\d\d/)
  })

  it('has beside its program every module that this imports', async () => {
    const files = compile(await planOf())
    const programs = [...files].filter(([name]) => name.endsWith('.py'))
    assert.ok(programs.length > 1)
    for (const [name, text] of programs)
      for (const [, module] of text.matchAll(/^(?:from|import) (blotter_\w+)/gm))
        assert.ok(files.has(`${module}.py`), `${name} imports ${module}`)
  })

  it('is split into one statement a file, but for the tables that are to be made', async () => {
    for (const [name, sql] of compile(await planOf())) {
      if (!name.startsWith('sql/') || name === 'sql/0-tables.sql') continue
      assert.match(sql, /^-- .+\n/, name)
      const [, statement = ''] = sql.split(/\n(.*)/s)
      assert.ok(!statement.replaceAll(/'(?:\\.|[^'])*'/g, '').includes(';'), name)
    }
  })
})

/** A pipeline with other names, with a file of the declarations of each kind. */
async function otherCity(folder: string): Promise<string> {
  const city = join(folder, 'thefts')
  const index = pathToFileURL(join(import.meta.dirname, '../../../src/index.ts')).href
  await cp(join(CHICAGO, 'pipeline.ts'), join(city, 'pipeline.ts'))
  const write = async (name: string, text: string): Promise<void> => {
    await cp(join(CHICAGO, 'pipeline.ts'), join(city, name))
    await writeFile(join(city, name), text)
  }
  await write(
    'pipeline.ts',
    `import { definePipeline } from '${index}'\nexport default definePipeline({ title: 'Thefts' })\n`,
  )
  await write(
    '0-source.ts',
    `import { defineSource } from '${index}'
export default defineSource({ table: 'thefts', key: 'nr', cursor: 'changed', occurred: 'on', required: ['nr'], timezone: 'Europe/Berlin',
  columns: [
    { name: 'nr', type: 'long', doc: 'Number.' }, { name: 'on', type: 'date', doc: 'Day.' },
    { name: 'place', type: 'string', doc: 'Place.' }, { name: 'changed', type: 'timestamp', doc: 'Stamp.' },
  ] })\n`,
  )
  await write(
    '1-raw/thefts.ts',
    `import { defineRaw } from '${index}'\nexport default defineRaw({ warnings: {}, kinds: { relocated: { columns: ['place'] } } })\n`,
  )
  const columns = '  place: { type: string, doc: Place. }\n  n: { type: long, doc: Number. }'
  const sql = 'select place, cast(count(*) as bigint) as n from raw.thefts group by place'
  await write('3-counts/by_place.sql', `/*---\nmode: replace\ndoc: By place.\ncolumns:\n${columns}\n---*/\n${sql}\n`)
  assert.ok((await readFile(join(city, '0-source.ts'), 'utf8')).includes('thefts'))
  return city
}
