import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { documentOf, type Ended, startBlotter, type Started } from './blotter.ts'
import { type FaultyCity, makeFaultyCity } from './city.ts'

interface Summary {
  run: string
  state: string
}

interface Serving extends Started {
  /** So far, on stdout. */
  printed(): string
}

/** A server as a process of its own over a file, which it asks for changes every second. */
async function serving(city: FaultyCity, schedule: string): Promise<Serving> {
  const config = join(city.folder, 'blotter.yaml')
  await writeFile(config, `source: { url: "file:${city.file}" }\nschedule: ${schedule}\nserver: { port: 0 }\n`)
  const started = startBlotter(['serve', '--json', '--config', config, '--lake', city.lake], { cwd: city.folder })
  let out = ''
  started.child.stdout?.on('data', (text: string) => (out += text))
  return { ...started, printed: () => out }
}

async function stopped(server: Started): Promise<Ended> {
  server.child.kill('SIGINT')
  const ended = await server.ended
  assert.equal(ended.code, 0, ended.err)
  return ended
}

/** What Prometheus would read, with a token made for it while the server works. */
async function metricsOf(city: FaultyCity, server: Serving): Promise<string> {
  const { token } = documentOf<{ token: string }>(
    await city.blotter('token', 'add', 'prometheus', '--scope', 'metrics', '--json'),
  )
  const { url } = JSON.parse(server.printed()) as { url: string }
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(answer.status, 200)
  return answer.text()
}

const linesOf = ({ err }: Ended): Record<string, unknown>[] =>
  err
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('A server with a schedule', () => {
  it('makes a batch by itself when the file of its source is there, and when it is replaced', async () => {
    await using city = await makeFaultyCity()
    await city.publish(0)
    const server = await serving(city, '{ on_source_change: 1s }')
    await server.says(/"state":"succeeded","seconds":[\d.]+,"msg":"run"/)
    await city.publish(1)
    await server.says(
      /"msg":"run begins by itself"[^]*"msg":"run begins by itself"[^]*"state":"succeeded","seconds":[\d.]+,"msg":"run"/,
    )
    const metrics = await metricsOf(city, server)
    for (const known of [
      'blotter_runs{state="succeeded"} 2',
      'blotter_batches 2',
      'blotter_last_run_state{state="succeeded"} 1',
      /^blotter_last_run_step_seconds\{step="extract"\} [\d.]+$/m,
      /^blotter_rows\{outcome="landed"\} [1-9]\d*$/m,
      /^blotter_lake_bytes [1-9]\d+$/m,
      /^blotter_table_rows\{table="raw\.crimes"\} [1-9]\d*$/m,
      /^blotter_deadline_margin_seconds\{scope="run"\} 20[34]\d/m,
    ])
      assert.ok(typeof known === 'string' ? metrics.includes(`${known}\n`) : known.test(metrics), `${known}\n${metrics}`)
    const ended = await stopped(server)
    const batches = documentOf<{ kind: string; changes: Record<string, number> }[]>(await city.blotter('batches', '--json'))
    assert.equal(batches.length, 2)
    assert.ok((batches[1]?.changes['new'] ?? 0) > 0, JSON.stringify(batches))
    const lines = linesOf(ended)
    const steps = lines.filter((line) => line['msg'] === 'step')
    assert.ok(steps.length >= 14)
    for (const line of steps) assert.ok(line['run'] && line['step'] && line['attempt'], JSON.stringify(line))

    const again = await serving(city, '{ on_source_change: 1s }')
    await again.says(/"msg":"schedule"/)
    await sleep(2500)
    assert.ok(
      !linesOf(await stopped(again)).some((line) => line['msg'] === 'run begins by itself'),
      'it knows what it has read',
    )
  })

  for (const [how, signal, code] of [
    ['interrupted', 'SIGINT', 0],
    ['killed', 'SIGKILL', null],
  ] as const) {
    it(`goes on after a restart with what was ${how}`, async () => {
      await using city = await makeFaultyCity()
      await city.publish(0)
      const first = await serving(city, '{ on_source_change: 1s }')
      await first.says(/"step":"extract","state":"running"/)
      first.child.kill(signal)
      assert.equal((await first.ended).code, code)
      const runs = async () => documentOf<Summary[]>(await city.blotter('runs', 'list', '--json'))
      const [broken] = await runs()
      assert.equal(broken?.state, 'queued')
      const second = await serving(city, '{ cron: "0 0 1 1 *" }')
      await second.says(/"trigger":"interrupted"[^]*"state":"succeeded","seconds":[\d.]+,"msg":"run"/)
      await stopped(second)
      assert.deepEqual(
        (await runs()).map((run) => [run.run, run.state]),
        [[broken.run, 'succeeded']],
      )
    })
  }

  it('begins a run at its time', async () => {
    await using city = await makeFaultyCity()
    await city.publish(0)
    const server = await serving(city, '{ cron: "*/2 * * * * *", timezone: America/Chicago }')
    await server.says(/"trigger":"cron"[^]*"state":"succeeded","seconds":[\d.]+,"msg":"run"/)
    await stopped(server)
  })

  it('says what is missing and ends, where there is no source to make batches of', async () => {
    await using city = await makeFaultyCity()
    await writeFile(join(city.folder, 'blotter.yaml'), 'schedule: { cron: "0 6 * * *" }\nserver: { port: 0 }\n')
    const { code, err } = await city.blotter('serve')
    assert.equal(code, 2, err)
    assert.match(err, /source/)
  })
})
