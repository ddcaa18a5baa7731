import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blotter } from './fake-platform.ts'

test('what is wrong with a command line is told with the help of the very verb', async () => {
  const cases: [string[], RegExp][] = [
    [['--lake', './x', 'diff', 'latest'], /^error: Missing required argument "to"\.\n→ `blotter diff --help` explains\.\n$/],
    [['--lake=./x', '--json', 'query', '--format', 'xml', 'select 1'], /`blotter query --help`/],
    [['runs', 'show', 'a', 'b'], /`blotter runs show --help`/],
    [['--lake', 'runs', 'token', 'add'], /`blotter token add --help`/],
    [['rnu'], /Did you mean run\? `blotter --help` explains/],
    [['--json'], /"message": "`blotter` needs one of run, load,/],
    [['airflow'], /^error: `blotter airflow` needs one of render\.\n→ `blotter airflow --help` explains\.\n$/],
    [['runs', 'shwo'], /`blotter runs` has no verb "shwo", but one of list, show/],
    [['cite', 'select 1', 'select 2'], /Too many arguments/],
    [['--lake', './x', 'rnu'], /`blotter --help` explains/],
  ]
  for (const [args, said] of cases) {
    const { exitCode, stdout, stderr } = await blotter(args)
    assert.equal(exitCode, 2, args.join(' '))
    assert.match(args.includes('--json') ? stdout : stderr, said)
  }
})

test('what was given too much to a secret is repeated nowhere, whatever stands before the verb', async () => {
  for (const before of [[], ['--lake', './x'], ['--debug', '--lake', 'run']]) {
    for (const words of [
      ['set', 'smtp', 'hunter2'],
      ['hunter2', 'smtp'],
    ]) {
      const { exitCode, stdout, stderr } = await blotter([...before, 'secret', ...words])
      assert.equal(exitCode, 2)
      assert.doesNotMatch(stdout + stderr, /hunter2/)
    }
  }
})
