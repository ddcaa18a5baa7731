import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '../../../src/clock.ts'
import { markBefore } from '../../../src/pipeline/batch/source-mark.ts'
import type { Source } from '../../../src/source/source.ts'
import { readSourceMark } from '../../../src/state/source-mark-rows.ts'
import { openState, type State } from '../../../src/state/state.ts'

describe('What a source looked like', () => {
  const never = new AbortController().signal
  let folder: string
  let state: State
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blotter-'))
    state = openState(folder, { clock: systemClock })
  })
  after(async () => {
    state.close()
    await rm(folder, { recursive: true, force: true })
  })
  const parts = () => ({ state, clock: systemClock })
  const sourceOf = (url: string, mark?: () => Promise<string>): Source => {
    const nothing = () => Promise.reject(new Error('not read here'))
    return { url, partial: false, describe: nothing, open: nothing, ...(mark ? { mark } : {}) }
  }

  it('is noted as of before the run, when that has succeeded or is held', async () => {
    for (const end of ['succeeded', 'held'] as const) {
      const url = `mysql://reader@host/${end}?table=crimes`
      let looks = 0
      const marked = await markBefore(
        sourceOf(url, async () => `look ${++looks}`),
        { run: 'r', goesOn: false },
        parts(),
        never,
      )
      assert.equal(readSourceMark(state.database, url), undefined)
      marked.keep(end)
      assert.equal(readSourceMark(state.database, url), 'look 1')
    }
  })

  it('is not noted of runs that failed, or that may have read it long ago', async () => {
    const url = 'file:failed.csv'
    const source = sourceOf(url, async () => 'now')
    const failed = await markBefore(source, { run: 'r', goesOn: false }, parts(), never)
    failed.keep('failed')
    failed.keep('queued')
    const goesOn = await markBefore(source, { run: 'r', goesOn: true }, parts(), never)
    goesOn.keep('succeeded')
    assert.equal(readSourceMark(state.database, url), undefined)
  })

  it('stops no run that cannot tell', async () => {
    const dumb = await markBefore(sourceOf('file:dumb.csv'), { run: 'r', goesOn: false }, parts(), never)
    dumb.keep('succeeded')
    const lost = await markBefore(
      sourceOf('file:lost.csv', () => Promise.reject(new Error('gone'))),
      { run: 'r', goesOn: false },
      parts(),
      never,
    )
    lost.keep('succeeded')
    assert.equal(readSourceMark(state.database, 'file:lost.csv'), undefined)
  })
})
