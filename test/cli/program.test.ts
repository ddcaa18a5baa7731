import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Config } from '../../src/model/configuration.ts'
import { BlotterError, interrupted } from '../../src/errors.ts'
import type { Watch } from '../../src/platform/running/watch.ts'
import { blotter, queryResult } from './fake-platform.ts'
import { REPORT } from './fake-report.ts'

const VERBS: readonly string[][] = [
  ['run'],
  ['load', '--from', 'demo://chicago', '--into', 'mysql://a@b/c'],
  ['batches'],
  ['diff', 'a', 'b'],
  ['history', '7'],
  ['query', 'select 1'],
  ['tables'],
  ['lineage'],
  ['lineage', '--format', 'openlineage'],
  ['lineage', '--format', 'mermaid'],
  ['runs'],
  ['runs', 'list'],
  ['runs', 'show'],
  ['runs', 'resume'],
  ['runs', 'release'],
  ['runs', 'terminate'],
  ['quarantine'],
  ['quarantine', 'list'],
  ['doctor'],
  ['completion', 'bash'],
]

test('every verb prints one JSON document and nothing else with --json, before or after the verb', async () => {
  for (const verb of VERBS) {
    for (const args of [
      ['--json', ...verb],
      [...verb, '--json'],
    ]) {
      const { exitCode, stdout, stderr } = await blotter(args, { terminalColumns: 100 })
      assert.equal(exitCode, 0, args.join(' '))
      assert.doesNotThrow(() => JSON.parse(stdout), args.join(' '))
      assert.equal(stderr, '', args.join(' '))
    }
  }
})

test('every verb has help with an example, and a summary for people', async () => {
  for (const verb of VERBS) {
    const help = await blotter([verb[0]!, '--help'])
    assert.equal(help.exitCode, 0)
    assert.match(help.stdout, new RegExp(`Usage: blotter ${verb[0]}[^]*Examples:\n[^]*\\$ .*blotter ${verb[0]}`), verb[0])
    assert.match(help.stdout, /--json/)
    const told = await blotter(verb)
    assert.equal(told.exitCode, 0)
    assert.ok(told.stdout.length > 0, verb.join(' '))
  }
})

test('examples in the help are command lines that parse', async () => {
  const examples = new Set<string>()
  for (const verb of ['', ...VERBS.map(([name]) => name!)]) {
    const { stdout } = await blotter(verb === '' ? ['--help'] : [verb, '--help'])
    for (const [, line] of stdout.matchAll(/\$ (?:\S+=\S+ )?blotter (.*)/g)) examples.add(line!)
  }
  assert.ok(examples.size > 20)
  for (const line of examples) {
    if (line.includes('--output') || line.includes(' > ')) continue
    const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!)
    const { exitCode, stderr } = await blotter(args.map((arg) => arg.replace(/\)$/, '')))
    assert.equal(exitCode, 0, `${line}: ${stderr}`)
  }
})

test('bad usage ends with 2 and says what was meant', async () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['rnu'], /Unknown command "rnu"[^]*Did you mean run/],
    [['run', '--fulll'], /Unknown option "--fulll"[^]*--full/],
    [['run', '--engine', 'spork'], /duckdb, spark/],
    [['run', '--at', 'yesterday'], /"yesterday" is not the time of a batch/],
    [['query'], /argument "sql"/],
    [['query', 'a', 'b'], /Too many arguments/],
    [['query', 'a', '--format', 'xml'], /table, csv, json, ndjson, parquet/],
    [['query', 'a', '--format', 'parquet'], /--output result\.parquet/],
    [['query', 'a', '--format', 'csv', '--json'], /one of them has to go/],
    [['query', 'a', '--limit', 'few'], /whole number/],
    [['load', '--from', 'x'], /--into <url>/],
    [['load', '--from', 'demo://chicago', '--into', 'mysql://u:secret@h/d'], /BLOTTER_SOURCE_PASSWORD/],
    [['run', '--source', 'mysql://u:secret@h/d'], /BLOTTER_SOURCE_PASSWORD/],
    [['run', '--memory', 'lots'], /--memory: memory is not as it has to be/],
    [['completion', 'cmd'], /bash, zsh, fish/],
  ]
  for (const [args, expected] of cases) {
    const { exitCode, stdout, stderr } = await blotter(args)
    assert.equal(exitCode, 2, args.join(' '))
    assert.match(args.includes('--json') ? stdout : stderr, expected)
    assert.equal(args.includes('--json') ? stderr : stdout, '')
    assert.doesNotMatch(stderr, /secret|\n {4}at /, args.join(' '))
    const json = await blotter([...args, '--json'])
    assert.equal(json.exitCode, 2)
    assert.deepEqual(Object.keys((JSON.parse(json.stdout) as { error: object }).error), [
      'code',
      'message',
      'remedy',
      'context',
    ])
    assert.doesNotMatch(json.stdout, /secret/)
  }
})

test('an error says what, what is left and what to do, with its exit code; a stack only with --debug', async () => {
  const failing = {
    run: async () => {
      throw new BlotterError('source_unreachable', 'No answer from db:3306. Nothing was committed.', {
        todo: 'Start it.',
        context: { host: 'db' },
      })
    },
  }
  const { exitCode, stdout, stderr, calls } = await blotter(['run'], { platform: failing })
  assert.equal(exitCode, 1)
  assert.equal(stdout, '')
  assert.equal(stderr, 'error: No answer from db:3306.\n  Nothing was committed.\n→ Start it.\n')
  assert.deepEqual(calls.at(-1), ['dispose'])
  const json = await blotter(['run', '--json'], { platform: failing })
  assert.deepEqual(JSON.parse(json.stdout), {
    error: {
      code: 'source_unreachable',
      message: 'No answer from db:3306. Nothing was committed.',
      remedy: 'Start it.',
      context: { host: 'db' },
    },
  })
  assert.match((await blotter(['run', '--debug'], { platform: failing })).stderr, /\n {4}at /)
  const unforeseen = await blotter(['run'], {
    platform: {
      run: async () => {
        throw new TypeError('x is undefined')
      },
    },
  })
  assert.equal(unforeseen.exitCode, 1)
  assert.match(unforeseen.stderr, /Something unforeseen failed: x is undefined/)
})

test('a held run ends with 3 and its report, a failed one with 1, an interrupted one with 130', async () => {
  const held = { guard: 'vanished_max', message: '7 % of the incidents have vanished; 5 % may.', todo: 'Release it.' }
  const holding = { run: async () => ({ ...REPORT, state: 'held' as const, held }) }
  const told = await blotter(['run'], { platform: holding })
  assert.equal(told.exitCode, 3)
  assert.match(told.stdout, /held: 7 % of the incidents[^]*→ Release it\./)
  const json = await blotter(['run', '--json'], { platform: holding })
  assert.equal(json.exitCode, 3)
  assert.equal((JSON.parse(json.stdout) as { state: string }).state, 'held')
  assert.equal(
    (await blotter(['run'], { platform: { run: async () => ({ ...REPORT, state: 'failed' as const }) } })).exitCode,
    1,
  )
  assert.equal(
    (
      await blotter(['run'], {
        platform: {
          run: async () => {
            throw interrupted()
          },
        },
      })
    ).exitCode,
    130,
  )
})

test('run --json prints what it promises to programs and nothing more', async () => {
  const asked: unknown[][] = []
  const { stdout, calls } = await blotter(['run', '--json', '--full', '--at', '2026-11-23T00:00:00-06:00'], {
    platform: { run: async (...args) => (asked.push(args), { ...REPORT, already_committed: true }) },
  })
  assert.deepEqual(Object.keys(JSON.parse(stdout) as object), [
    'run',
    'batch_at',
    'kind',
    'state',
    'steps',
    'rows',
    'repairs',
    'warnings',
    'changes',
    'tables',
  ])
  assert.deepEqual(asked[0]![0], { full: true, at: '2026-11-23T06:00:00Z' })
  assert.deepEqual(
    calls.map(([name]) => name),
    ['open', 'dispose'],
  )
})

test('global options reach the configuration wherever they stand, and flags win over variables', async () => {
  for (const args of [
    ['--lake', 'there', 'batches'],
    ['batches', '--lake', 'there'],
  ]) {
    const { calls } = await blotter(args, { env: { BLOTTER_LAKE: 'elsewhere', BLOTTER_MEMORY: '2GiB' } })
    const config = calls[0]![1] as Config
    assert.equal(config.lake, '/nowhere/there')
    assert.equal(config.memoryBytes, 2 * 2 ** 30)
  }
  const { calls } = await blotter(['run', '--source', 'demo://chicago', '--engine', 'spark'])
  assert.equal((calls[0]![1] as Config).source.url, 'demo://chicago')
  assert.equal((calls[0]![1] as Config).engine, 'spark')
})

test('a query is written to a file by its ending, and the summary says so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  try {
    const output = join(folder, 'result.csv')
    const platform = { query: async () => queryResult([{ id: 1n, note: 'a,b' }]) }
    const { exitCode, stdout } = await blotter(['query', 'select 1', '--output', output], { platform })
    assert.equal(exitCode, 0)
    assert.match(stdout, /1 row of batch 2026-11-23T06:00:00Z written to .*result\.csv \(csv\)/)
    assert.equal(await readFile(output, 'utf8'), 'id,note\r\n1,"a,b"\r\n')
    assert.equal((await blotter(['query', 'select 1', '--output', output], { platform })).exitCode, 1)
    const json = await blotter(['query', 'select 1', '--output', join(folder, 'x.json'), '--json'], { platform })
    assert.deepEqual(JSON.parse(json.stdout), {
      output: join(folder, 'x.json'),
      format: 'json',
      rows: 1,
      batch_at: REPORT.batch_at,
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('progress is drawn only where stderr is a terminal; notices are always told', async () => {
  const working = {
    run: async (_options: unknown, watch: { onEvent(event: unknown): void }) => {
      watch.onEvent({ type: 'run', run: 'r', batch_at: REPORT.batch_at, goesOn: false })
      watch.onEvent({ type: 'step', step: 'extract', state: 'running', attempt: 1 })
      watch.onEvent({ type: 'rows', step: 'extract', rows: 1000, expected: 2000 })
      watch.onEvent({ type: 'notice', message: 'The source lacks the column ward.' })
      watch.onEvent({ type: 'step', step: 'extract', state: 'succeeded', attempt: 1, seconds: 1.5 })
      return REPORT
    },
  }
  const piped = await blotter(['run', '--json'], { platform: working })
  assert.equal(piped.stderr, 'note  The source lacks the column ward.\n')
  assert.doesNotThrow(() => JSON.parse(piped.stdout))
  const seen = await blotter(['run'], { platform: working, terminalColumns: 100 })
  assert.match(seen.stderr, /50 % {3}1,000 of about 2,000/)
  assert.match(seen.stderr, /✓ extract +1\.5 s {3}1,000 rows/)
})

test('what a run came to is printed once, before what follows it', async () => {
  const compacting = {
    run: async (_options: unknown, watch: Pick<Watch, 'onEvent' | 'onOutcome'>) => {
      await watch.onOutcome?.(REPORT)
      throw new BlotterError('internal', 'Compaction failed.', { todo: 'Report it.' })
    },
  }
  const { stdout, stderr } = await blotter(['run'], { platform: compacting })
  assert.match(stdout, new RegExp(REPORT.batch_at))
  assert.match(stderr, /Compaction failed/)
  const once = { run: async (_: unknown, { onOutcome }: Pick<Watch, 'onOutcome'>) => (await onOutcome?.(REPORT), REPORT) }
  assert.deepEqual(JSON.parse((await blotter(['run', '--json'], { platform: once })).stdout), REPORT)
})

test('doctor tells every check in words, how to fix it, and fails if one does', async () => {
  const { exitCode, stdout } = await blotter(['doctor'], {
    platform: { doctor: async () => [{ name: 'source', state: 'fail', message: 'No answer.', fix: 'Start it.' }] },
  })
  assert.equal(exitCode, 1)
  assert.match(stdout, /✓ ok +node/)
  assert.match(stdout, /✗ fail +source +No answer\.\n +→ Start it\./)
  const config = await blotter(['doctor'], { env: { BLOTTER_LAEK: 'x' } })
  assert.match(config.stdout, /! warn +configuration +The variable BLOTTER_LAEK sets nothing; did you mean BLOTTER_LAKE\?/)
})

test('Ctrl-C ends a reader that does not stop by itself', async () => {
  const abort = new AbortController()
  setTimeout(() => abort.abort(interrupted()), 20)
  const begin = performance.now()
  const { exitCode, stderr } = await blotter(['batches'], {
    platform: { batches: () => new Promise(() => {}) },
    signal: abort.signal,
  })
  assert.equal(exitCode, 130)
  assert.match(stderr, /Interrupted\.\n {2}Nothing was changed/)
  assert.ok(performance.now() - begin < 5000)
})

test('Ctrl-C reaches a run, which says that it stops and what is left', async () => {
  const abort = new AbortController()
  const platform = {
    run: (_options: unknown, { signal }: { signal: AbortSignal }) =>
      new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  }
  setTimeout(() => abort.abort(interrupted()), 20)
  const { exitCode, stderr } = await blotter(['run'], { platform, signal: abort.signal })
  assert.equal(exitCode, 130)
  assert.match(
    stderr,
    /note {2}Stopping\. Ctrl-C once more stops at once\.\nerror: Interrupted\.\n {2}Nothing was committed/,
  )
})
