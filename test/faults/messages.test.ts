import assert from 'node:assert/strict'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type ErrorCode, ERRORS } from '../../src/errors.ts'
import { blotter, documentOf, type Ended, type ErrorDocument } from './blotter.ts'
import { changedPipeline, type FaultyCity, makeFaultyCity } from './city.ts'

/** A mistake that a user can make: the command line, the error, and what its message has to name. */
type Mistake = readonly [args: readonly string[], code: ErrorCode, names: RegExp]

describe('A mistake of the user', () => {
  let city: FaultyCity
  before(async () => {
    city = await makeFaultyCity()
    await city.publish(0)
    assert.equal((await city.run(['--at', '2026-02-01T06:00:00Z'])).code, 0)
    const pipeline = await changedPipeline(city.folder)
    const broken = join(city.folder, 'broken')
    await cp(pipeline, broken, { recursive: true })
    const sql = join(broken, '2-processed', 'crimes_without_arrest.sql')
    await writeFile(sql, (await readFile(sql, 'utf8')).replace('c.case_number,', 'c.case_numero,'))
    await writeFile(join(city.folder, 'noise.parquet'), Buffer.alloc(5000, 7))
    await writeFile(join(city.folder, 'keyless.csv'), 'date,primary_type,arrest\n2025-01-01,THEFT,false\n')
    await writeFile(join(city.folder, 'wrong.yaml'), 'sauce: {}\n')
    await mkdir(join(city.folder, 'empty'))
  })
  after(() => city[Symbol.asyncDispose]())

  const run = (source: string, ...args: string[]): string[] => ['run', '--source', source, ...args]
  const ours = 'file:crimes.csv'
  const mistakes: Record<string, Mistake> = {
    'no source': [['run'], 'usage', /--source/],
    'no such file': [run('file:gone-*.csv'), 'source_file_missing', /gone-\*\.csv/],
    'a file that is none of its kind': [run('file:noise.parquet'), 'source_file_unreadable', /noise\.parquet/],
    'an unknown kind of source': [run('ftp://x/y'), 'source_url_invalid', /ftp:/],
    'a server that is not there': [run('mysql://u@127.0.0.1:9/db?table=crimes'), 'source_unreachable', /127\.0\.0\.1:9/],
    'a time without zone': [run(ours, '--at', '2026-03-01T00:00:00'), 'usage', /2026-03-01T00:00:00/],
    'a batch that is older': [run(ours, '--at', '2020-01-01T00:00:00Z'), 'batch_older', /2020-01-01/],
    'a pipeline folder that is none': [run(ours, '--pipeline', 'empty'), 'pipeline_invalid', /empty.*no pipeline\.ts/],
    'a transform with a mistake': [run(ours, '--pipeline', 'broken'), 'pipeline_invalid', /without_arrest.*case_numero/s],
    'a flag that is none': [['run', '--sauce', ours], 'usage', /--sauce/],
    'a verb that is none': [['rum'], 'usage', /rum/],
    'a configuration key that is none': [['tables', '--config', 'wrong.yaml'], 'config_invalid', /sauce/],
    'a configuration file that is none': [['tables', '--config', 'no.yaml'], 'config_invalid', /no\.yaml/],
    'a wrong column in a query': [['query', 'select idd from raw.crimes'], 'query_failed', /idd/],
    'a query that writes': [['query', 'drop table raw.crimes'], 'query_refused', /./],
    'a batch that is none': [['query', 'select 1', '--at', '2020-01-01'], 'batch_missing', /2020-01-01/],
    'a run that is none': [['runs', 'show', 'r17'], 'run_missing', /r17/],
    'a run to release that is none': [['runs', 'release'], 'run_missing', /release/],
  }

  for (const [what, [args, code, names]] of Object.entries(mistakes)) {
    it(`(${what}) is answered by what, where, what is left and what to do`, async () => {
      const json = await city.blotter(...args, '--json')
      assert.equal(json.code, ERRORS[code].exit, json.out + json.err)
      const { error } = documentOf<ErrorDocument>(json)
      assert.equal(error.code, code, json.out)
      assert.match(error.message + error.remedy, names)
      assert.match(error.remedy, /\w{2}.*[.?!`)]$/s)
      assert.doesNotMatch(error.message, /undefined|\[object|NaN/)
      if (args[0] === 'run' && code !== 'usage') assert.match(error.message, /Nothing (?:was|is) |lake is as it was/)
      isPlain(await city.blotter(...args), ERRORS[code].exit)
    })
  }

  it('that the first batch meets, a required column missing, names what is there and how to map it', async () => {
    const lake = join(city.folder, 'another')
    const args = ['run', '--json', '--lake', lake, '--source', 'file:keyless.csv']
    const ended = await blotter(args, { cwd: city.folder })
    assert.equal(ended.code, 2, ended.out + ended.err)
    const { error } = documentOf<ErrorDocument>(ended)
    assert.equal(error.code, 'source_column_missing')
    assert.match(error.message, /required column id.*date, primary_type, arrest.*Nothing was/)
    assert.match(error.remedy, /columns:/)
  })

  it('shows its stack with --debug only', async () => {
    const ended = await city.blotter('query', 'select idd from raw.crimes', '--debug')
    assert.match(ended.err, /\n +at /)
  })

  it('that lies in a lake which is not there is told before anything is made', async () => {
    const elsewhere = join(city.folder, 'nowhere')
    const ended = await blotter(['query', 'select 1', '--json', '--lake', elsewhere], { cwd: city.folder })
    assert.equal(documentOf<ErrorDocument>(ended).error.code, 'lake_missing')
    assert.match(documentOf<ErrorDocument>(ended).error.message, /nowhere/)
    await assert.rejects(readFile(elsewhere), { code: 'ENOENT' })
  })
})

describe('What nobody foresaw', () => {
  it('is one message with what to do, an exit code and no stack', async () => {
    await using city = await makeFaultyCity()
    await city.publish(0)
    const program = join(city.folder, 'fault.mjs')
    await writeFile(
      program,
      `import fs from 'node:fs/promises'
      import { syncBuiltinESMExports } from 'node:module'
      fs.rename = async () => { throw new TypeError('the moon is made of cheese') }
      syncBuiltinESMExports()`,
    )
    const env = { NODE_OPTIONS: `--import=${program}` }
    const json = await city.run([], env)
    const { error } = documentOf<ErrorDocument>(json)
    assert.deepEqual([json.code, error.code], [1, 'internal'])
    assert.match(error.message, /the moon is made of cheese/)
    assert.match(error.remedy, /--debug/)
    isPlain(await city.startRun([], env, { json: false }).ended, 1)
    assert.equal((await city.run()).code, 0)
  })
})

function isPlain({ code, out, err }: Ended, exit: number): void {
  assert.equal(code, exit, out + err)
  assert.equal(out, '')
  assert.equal(err.match(/^error: /gm)?.length, 1, err)
  assert.match(err, /\n→ \S/)
  assert.doesNotMatch(err, /^\s+at |node:internal|\.ts:\d+/m)
}
