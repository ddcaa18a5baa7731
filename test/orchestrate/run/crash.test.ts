import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { systemClock as clock } from '../../../src/clock.ts'
import { interruptedRun, terminateRun } from '../../../src/orchestrate/run/recover.ts'
import { listRuns, showRun } from '../../../src/orchestrate/run/runs.ts'
import { openState } from '../../../src/state/state.ts'
import { testFolder } from '../../state/folder.ts'
import { SOURCE } from '../desk.ts'
import { type Program, start } from '../programs.ts'

const STEPS = ['a', 'b', 'c', 'd']

function place(t: TestContext): { folder: string; log: string; run(hangs?: string): Program; lines(): string[] } {
  const folder = testFolder(t)
  const log = join(folder, 'log')
  return {
    folder,
    log,
    run: (hangs = '') => start(t, 'run.ts', folder, log, hangs),
    lines: () => readFileSync(log, 'utf8').trim().split('\n'),
  }
}

for (const hangs of STEPS) {
  test(`a run killed in step ${hangs} goes on there, and no finished step is done again`, async (t) => {
    const { folder, run, lines } = place(t)
    const first = run(hangs)
    await first.says(`hanging in ${hangs}`)
    await first.kill()
    using state = openState(folder)
    const interrupted = interruptedRun(state, SOURCE)
    assert.equal(interrupted?.state, 'queued')
    const second = run()
    assert.equal(await second.ended, 0, second.output)
    assert.match(second.output, new RegExp(`${interrupted?.run} succeeded`))
    for (const name of STEPS) {
      assert.equal(lines().filter((line) => line === `${name} done`).length, 1)
      assert.equal(lines().filter((line) => line === `${name} start`).length, name === hangs ? 2 : 1)
    }
    assert.equal(listRuns(state).length, 1)
    const shown = showRun(state).steps
    assert.deepEqual(
      shown.map((step) => step.attempts),
      STEPS.map((name) => (name === hangs ? 2 : 1)),
    )
    const [killed] = shown.find((step) => step.name === hangs)?.tries ?? []
    assert.deepEqual([killed?.state, killed?.error?.code, killed?.ended_at], ['terminated', 'interrupted', null])
  })
}

test('a run that is killed again and again does each step once', async (t) => {
  const { run, lines } = place(t)
  for (const hangs of STEPS) {
    const program = run(hangs)
    await program.says(`hanging in ${hangs}`)
    await program.kill()
  }
  assert.equal(await run().ended, 0)
  assert.deepEqual(
    lines().filter((line) => line.endsWith('done')),
    STEPS.map((name) => `${name} done`),
  )
})

test('of two runs at once the second is told who holds the lake, and what to do', async (t) => {
  const { run, lines } = place(t)
  const first = run('b')
  await first.says('hanging in b')
  const second = run()
  assert.equal(await second.ended, 1)
  assert.match(second.output, new RegExp(`run_locked: .*process ${first.pid} on .*runs terminate 2\\d+T\\d+Z-`, 's'))
  assert.deepEqual(lines(), ['a start', 'a done', 'b start'])
})

test('a run that is asked to stop leaves itself to be gone on with', async (t) => {
  const { run, folder, lines } = place(t)
  const first = run('c')
  await first.says('hanging in c')
  await first.kill('SIGTERM')
  assert.match(first.output, /queued interrupted/)
  using state = openState(folder)
  assert.equal(interruptedRun(state, SOURCE)?.state, 'queued')
  assert.equal(await run().ended, 0)
  assert.equal(lines().filter((line) => line === 'b done').length, 1)
})

test('a run under way that another process terminates ends within seconds and does not go on', async (t) => {
  const { run, folder } = place(t)
  const first = run('b')
  await first.says('hanging in b')
  using state = openState(folder)
  assert.equal(terminateRun(state, undefined, clock).outcome, 'requested')
  await first.ended
  const shown = showRun(state)
  assert.deepEqual([shown.state, shown.error?.code], ['terminated', 'run_terminated'])
  assert.deepEqual(
    shown.steps.map((step) => step.state),
    ['succeeded', 'terminated', 'skipped', 'skipped'],
  )
  assert.equal(interruptedRun(state, SOURCE), undefined)
})
