import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { documentOf, type Ended, type ErrorDocument, type RunDocument, struckAt } from './blotter.ts'
import { contentsOf, type FaultyCity, listingOf, makeFaultyCity } from './city.ts'

const FIRST = '2026-02-01T06:00:00Z'
const SECOND = '2026-02-02T06:00:00Z'

type Lines = string[]
const without = (column: number) => (line: string) => line.split(',').toSpliced(column, 1).join(',')

/** What happens to the source's file, by the guard that sees it. */
const HARMS: Record<string, (lines: Lines) => Lines> = {
  source_empty: (lines) => lines.slice(0, 1),
  keyless: (lines) => [...lines, lines[1]!.replace(/^\d+/, '')],
  vanished: (lines) => lines.filter((_, i) => i === 0 || i % 15 !== 1),
  column_gone: (lines) => lines.map(without(4)),
}

describe('A guard', () => {
  let city: FaultyCity
  before(async () => {
    city = await makeFaultyCity()
    await city.publish(0)
    assert.equal((await city.run(['--at', FIRST])).code, 0)
    await city.keep('one batch')
  })
  after(() => city[Symbol.asyncDispose]())

  const harm = async (guard: string): Promise<void> => {
    await city.publish(0)
    const lines = (await readFile(city.file, 'utf8')).trimEnd().split('\n')
    await writeFile(city.file, `${HARMS[guard]!(lines).join('\n')}\n`)
  }
  const batches = async (): Promise<unknown> => (await contentsOf(city.lake))['batches']
  const isHeld = (ended: Ended, guard: string): RunDocument => {
    assert.equal(ended.code, 3, ended.out + ended.err)
    const report = documentOf<RunDocument>(ended)
    assert.equal(report.state, 'held')
    assert.equal(report.held?.guard, guard)
    assert.match(report.held?.message ?? '', /The run is held; nothing was committed\.$/)
    assert.ok(report.held?.todo.includes(`blotter runs release ${report.run}`))
    assert.ok(report.held?.todo.includes(`blotter runs terminate ${report.run}`))
    return report
  }

  for (const guard of Object.keys(HARMS)) {
    it(`holds a run by ${guard} with nothing committed, and a release carries it to its end`, async () => {
      await city.putBack('one batch')
      await harm(guard)
      const listing = await listingOf(city.lake)
      const held = isHeld(await city.run(['--at', SECOND]), guard)
      const catalog = 'history/batches'
      for (const [file, known] of Object.entries(await listingOf(city.lake))) {
        if (file.startsWith(catalog) || listing[file]) assert.equal(known, listing[file], file)
      }
      assert.deepEqual(await batches(), [FIRST])
      const shown = documentOf<{ state: string; held: { guard: string } }>(await city.blotter('runs', 'show', '--json'))
      assert.deepEqual([shown.state, shown.held.guard], ['held', guard])

      const released = await city.blotter('runs', 'release', '--json')
      assert.equal(released.code, 0, released.out + released.err)
      const report = documentOf<RunDocument>(released)
      assert.deepEqual([report.run, report.batch_at, report.state], [held.run, SECOND, 'succeeded'])
      assert.equal(report.rows.read, report.rows.landed + report.rows.unchanged + report.rows.quarantined)
      assert.equal(report.tables.length, 9)
      assert.deepEqual(await batches(), [FIRST, SECOND])
      if (guard === 'vanished') assert.deepEqual(report.changes, { vanished: 4 })
      if (guard === 'source_empty') assert.deepEqual(report.changes, { vanished: 54 })
    })
  }

  it('leaves a run alone for one row without a key in a thousand, also where the run reads but a few rows', async () => {
    await city.putBack('nothing')
    const rest = ',2025-12-01 00:00:00,THEFT,SIMPLE,,,false,2026-01-01 00:00:00'
    const header = 'id,date,primary_type,description,block,location_description,arrest,updated_on'
    const rows = Array.from({ length: 2000 }, (_, i) => `${i + 1}${rest}`)
    // One row has no key, another no shape.
    const publish = (): Promise<void> => writeFile(city.file, `${[header, ...rows, rest, 'few,fields'].join('\n')}\n`)
    await publish()
    const first = documentOf<RunDocument>(await city.run(['--at', FIRST]))
    assert.deepEqual([first.state, first.rows.read, first.rows.quarantined], ['succeeded', 2002, 2], JSON.stringify(first))
    rows[0] = rows[0]!.replace('THEFT', 'ROBBERY').replace('2026-01-01', '2026-01-02')
    await publish()
    const second = await city.run(['--at', SECOND])
    assert.equal(second.code, 0, second.out + second.err)
    const report = documentOf<RunDocument>(second)
    assert.deepEqual(report.rows, { read: 3, landed: 1, unchanged: 0, quarantined: 2, swept: 2000 })
    assert.deepEqual(report.changes, { reclassified: 1 })
  })

  it('holds the first batch of an empty source too', async () => {
    await city.putBack('nothing')
    await harm('source_empty')
    isHeld(await city.run(['--at', FIRST]), 'source_empty')
    assert.deepEqual(await batches(), [])
    const report = documentOf<RunDocument>(await city.blotter('runs', 'release', '--json'))
    assert.deepEqual([report.state, report.rows.read, report.tables.length], ['succeeded', 0, 9])
  })

  it('is told to people without --json, with exit 3', async () => {
    await city.putBack('one batch')
    await harm('vanished')
    const { code, out, err } = await city.startRun([], undefined, { json: false }).ended
    assert.equal(code, 3, out + err)
    assert.match(out + err, /held/)
    assert.match(out + err, /4 of 54 incidents are gone/)
    assert.match(out + err, /blotter runs release/)
  })

  it('lets a terminated run go: nothing of it is committed, and the next batch is another run', async () => {
    await city.putBack('one batch')
    await harm('vanished')
    const held = isHeld(await city.run(['--at', SECOND]), 'vanished')
    const ended = await city.blotter('runs', 'terminate', '--json')
    assert.equal(ended.code, 0, ended.out + ended.err)
    assert.deepEqual([documentOf<RunDocument>(ended).run, documentOf<RunDocument>(ended).state], [held.run, 'terminated'])
    assert.deepEqual(await batches(), [FIRST])
    assert.equal((await city.blotter('runs', 'release', held.run, '--json')).code, 2)
    await city.publish(1)
    const next = documentOf<RunDocument>(await city.run(['--at', SECOND]))
    assert.equal(next.state, 'succeeded')
    assert.notEqual(next.run, held.run)
  })

  it('is overtaken by a run that succeeds meanwhile, and a release then is refused', async () => {
    await city.putBack('one batch')
    await harm('vanished')
    const held = isHeld(await city.run(), 'vanished')
    await city.publish(1)
    assert.equal((await city.run(['--at', '2027-01-01T00:00:00Z'])).code, 0)
    const contents = await contentsOf(city.lake)
    const refused = await city.blotter('runs', 'release', held.run, '--json')
    assert.equal(refused.code, 2, refused.out)
    assert.match(documentOf<ErrorDocument>(refused).error.message, /Nothing was changed/)
    assert.deepEqual(await contentsOf(city.lake), contents)
  })

  it('is passed once released, also by a run that is killed on its way and goes on', async () => {
    await city.putBack('one batch')
    await harm('vanished')
    const held = isHeld(await city.run(['--at', SECOND]), 'vanished')
    assert.equal((await city.blotterStruck(struckAt('COPY 4'), 'runs', 'release', '--json')).signal, 'SIGKILL')
    const report = documentOf<RunDocument>(await city.run())
    assert.deepEqual([report.run, report.batch_at, report.state], [held.run, SECOND, 'succeeded'])
    assert.deepEqual(report.changes, { vanished: 4 })
  })

  it('does not mind rows that a partial source leaves out', async () => {
    await city.putBack('nothing')
    await city.publish(0)
    const source = ['--source', `file:${city.file}?partial=true`]
    assert.equal((await city.run(['--at', FIRST, ...source])).code, 0)
    const [header, , , , , fifth] = (await readFile(city.file, 'utf8')).split('\n')
    await writeFile(city.file, `${header}\n${fifth!.replace('2026-01-01', '2026-01-05')}\n`)
    const report = documentOf<RunDocument>(await city.run(['--at', SECOND, ...source]))
    assert.equal(report.state, 'succeeded', JSON.stringify(report))
    assert.deepEqual(report.changes, { restamped: 1 })
    assert.equal(report.tables.find((table) => table.name === 'raw.crimes')?.rows, 54)
  })
})
