import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { sleep } from '../../../src/clock.ts'
import { loadConfig } from '../../../src/config.ts'
import { createLog } from '../../../src/log.ts'
import { isRunning, type ProcessMark } from '../../../src/orchestrate/process-mark.ts'
import { openPlatform } from '../../../src/platform.ts'
import { readDeliveries } from '../../../src/state/alert-rows.ts'
import { openState } from '../../../src/state/state.ts'
import { readWatcher } from '../../../src/state/watcher-row.ts'
import { startBlotter } from '../../faults/blotter.ts'
import { makeFaultyCity } from '../../faults/city.ts'
import { NO_MARIADB, startMariaDb } from '../../services/mariadb.ts'

const maria = await startMariaDb()
after(() => maria?.stop())

type Line = Record<string, unknown>

async function until(what: () => boolean | Promise<boolean>, why: string, lines: readonly Line[]): Promise<void> {
  for (let looks = 0; looks < 300; looks++) {
    if (await what()) return
    await sleep(100)
  }
  assert.fail(`${why}\n${lines.map((line) => JSON.stringify(line)).join('\n')}`)
}

describe('What works beside a server', () => {
  it(
    'loads what is new into the source before each run, and begins none where that fails',
    { skip: maria ? false : NO_MARIADB },
    async () => {
      await using city = await makeFaultyCity()
      await city.publish(0)
      await maria!.admin('CREATE DATABASE IF NOT EXISTS loaded CHARACTER SET utf8mb4')
      const yaml = [
        `source: { url: "${maria!.url('loaded', 'crimes')}" }`,
        `lake: ${city.lake}`,
        `load: { from: "file:${city.file}" }`,
        'schedule: { on_source_change: 1s }',
        'retention: { batches: 1 }',
        'alerts: { webhook: secret://hook }',
      ]
      await writeFile(join(city.folder, 'blotter.yaml'), `${yaml.join('\n')}\n`)
      const lines: Line[] = []
      const log = createLog('info', { write: (line: string) => void lines.push(JSON.parse(line) as Line) })
      const env = { BLOTTER_SOURCE_PASSWORD: maria!.password, BLOTTER_SECRET_HOOK: 'http://127.0.0.1:9/nobody' }
      const stop = new AbortController()
      await using platform = await openPlatform(loadConfig({ env, flags: {}, cwd: city.folder }), log)
      const work = platform.workBeside(stop.signal)
      const succeeded = (count: number) => () =>
        lines.filter((line) => line['msg'] === 'run' && line['state'] === 'succeeded').length >= count
      try {
        await until(succeeded(1), 'no first batch', lines)
        await city.publish(1)
        await until(succeeded(2), 'no second batch', lines)
        const loads = () => lines.filter((line) => line['step'] === 'load').map((line) => line['state'])
        assert.deepEqual(loads(), ['running', 'succeeded', 'running', 'succeeded'])
        await until(async () => (await platform.batches()).length === 1, 'the older batch was not let go', lines)

        await rm(city.file)
        await writeFile(city.file, 'neither,this\nnor,that\n')
        await until(() => loads().includes('failed'), 'the load did not fail', lines)
        await sleep(300)
        assert.equal((await platform.runs()).length, 2, 'no run was begun')
        using state = openState(join(city.lake, '.blotter'))
        assert.deepEqual(
          readDeliveries(state.database, 10).map((row) => row.event),
          ['run_failed'],
        )
      } finally {
        stop.abort()
        await work
      }
    },
  )

  it('asks no guard twice about one state of the source, after a restart neither, and goes on when it changes', async () => {
    await using city = await makeFaultyCity()
    await city.publish(0)
    const yaml = `source: { url: "file:${city.file}" }\nlake: ${city.lake}\nschedule: { on_source_change: 1s }\n`
    await writeFile(join(city.folder, 'blotter.yaml'), yaml)
    const lines: Line[] = []
    const log = createLog('info', { write: (line: string) => void lines.push(JSON.parse(line) as Line) })
    const ended = (state: string, count: number) => () =>
      lines.filter((line) => line['msg'] === 'run' && line['state'] === state).length >= count
    const serving = async (work: () => Promise<void>): Promise<string[]> => {
      const stop = new AbortController()
      await using platform = await openPlatform(loadConfig({ env: {}, flags: {}, cwd: city.folder }), log)
      const beside = platform.workBeside(stop.signal)
      try {
        await work()
        return (await platform.runs()).map((run) => run.state)
      } finally {
        stop.abort()
        await beside
      }
    }
    await serving(async () => {
      await until(ended('succeeded', 1), 'no first batch', lines)
      await writeFile(city.file, 'id,date,primary_type,arrest,updated_on\n')
      await until(ended('held', 1), 'nothing is held', lines)
      await sleep(2500)
    })
    assert.deepEqual(await serving(() => sleep(2500)), ['held', 'succeeded'])
    const states = await serving(async () => {
      await city.publish(1)
      await until(ended('succeeded', 2), 'no batch after the source was well again', lines)
    })
    assert.equal(states.length, 3)
    assert.equal(states[0], 'succeeded', 'a run of its own, whatever became of the held one')
  })

  it('watches deadlines from another process, which goes with the server however that goes', async () => {
    await using city = await makeFaultyCity()
    const config = join(city.folder, 'blotter.yaml')
    await writeFile(config, `lake: ${city.lake}\nalerts: { webhook: secret://hook }\nserver: { port: 0 }\n`)
    const options = { cwd: city.folder, env: { BLOTTER_SECRET_HOOK: 'http://127.0.0.1:9/nobody' } }
    await city.publish(0)
    assert.equal((await city.run()).code, 0)
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const server = startBlotter(['serve', '--config', config], options)
      using state = openState(join(city.lake, '.blotter'))
      const watcher = (): ProcessMark | undefined => readWatcher(state.database)?.mark as ProcessMark | undefined
      const isAlive = (mark: ProcessMark | undefined): boolean => mark !== undefined && isRunning(mark) === true
      await until(() => isAlive(watcher()), 'nobody watches', [])
      const mark = watcher()
      assert.notEqual(mark?.pid, server.child.pid)
      server.child.kill(signal)
      await server.ended
      await until(() => !isAlive(mark), `the watcher outlived ${signal}`, [])
    }
  })
})
