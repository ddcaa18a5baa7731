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
    const { exitCode, stdout, stderr } = await blotter([...before, 'secret', 'set', 'smtp', 'hunter2'])
    assert.equal(exitCode, 2)
    assert.doesNotMatch(stdout + stderr, /hunter2/)
  }
})
