import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { describe, it, type TestContext } from 'node:test'
import { sleep, systemClock as clock } from '../../../src/clock.ts'
import { silentLog as log } from '../../../src/log.ts'
import { messageOf } from '../../../src/alert/message.ts'
import { deliverDue } from '../../../src/orchestrate/watch/deliver.ts'
import { acquireLease } from '../../../src/orchestrate/lease.ts'
import { raiseAlert } from '../../../src/orchestrate/watch/raise.ts'
import { thisProcess } from '../../../src/orchestrate/process-mark.ts'
import { isWatched, watch, type Watching } from '../../../src/orchestrate/watch/watch.ts'
import { openState } from '../../../src/state/state.ts'
import { readWatcher, writeWatcher } from '../../../src/state/watcher-row.ts'
import { testFolder } from '../../state/folder.ts'
import { notingChannel, ROTATED } from '../alert-desk.ts'

function place(t: TestContext) {
  const folder = testFolder(t)
  const state = openState(folder)
  t.after(() => state.close())
  const stop = new AbortController()
  const channel = notingChannel()
  const messageFrom = (alert: Parameters<typeof messageOf>[0]) => messageOf(alert, { lake: '/lake', link: undefined })
  let looks = 0
  const watching: Watching = {
    state,
    clock,
    log,
    signal: stop.signal,
    stay: false,
    everyMs: 10,
    lingerMs: 200,
    look: () => void (looks += 1),
    deliver: (signal) => deliverDue({ state, channels: [channel], messageOf: messageFrom, clock, random: () => 0 }, signal),
  }
  const raise = (): boolean => raiseAlert(state.database, { subject: 'a', occasion: 'b' }, ROTATED, clock.now(), ['email'])
  return { folder, state, stop, channel, watching, raise, looks: () => looks }
}

describe('A watch', () => {
  it('ends at once where nothing is to be watched or sent, and leaves no trace', async (t) => {
    const { watching, state } = place(t)
    assert.equal(await watch(watching), 'done')
    assert.equal(readWatcher(state.database), undefined)
  })

  it('goes on while a run is under way, and sends what that raises', async (t) => {
    const { watching, state, channel, raise, looks } = place(t)
    const lease = await acquireLease(state, { clock })
    const watched = watch(watching)
    await sleep(60)
    assert.ok(isWatched(state) && looks() > 2)
    raise()
    lease.release()
    assert.equal(await watched, 'done')
    assert.equal(channel.sent.length, 1)
  })

  it('lingers for what could not be sent, and leaves it to others after that', async (t) => {
    const { watching, channel, raise, state } = place(t)
    channel.fails = true
    raise()
    const began = performance.now()
    assert.equal(await watch(watching), 'done')
    assert.ok(performance.now() - began < 2000)
    assert.deepEqual([channel.tried, isWatched(state)], [1, false])
  })

  it('is one for a lake: another one ends, or waits for its turn; the row of a dead one counts for nothing', async (t) => {
    const { watching, state, stop } = place(t)
    writeWatcher(state.database, { ...thisProcess(), pid: 2 ** 22 + 1 }, clock.now().toISOString())
    assert.equal(isWatched(state), false)
    const first = watch({ ...watching, stay: true })
    await sleep(30)
    assert.equal(await watch(watching), 'taken')
    stop.abort()
    assert.equal(await first, 'done')
    assert.equal(isWatched(state), false)
  })

  it('ends when the lake is removed, and survives a look that fails', async (t) => {
    const { watching, folder } = place(t)
    let looks = 0
    const look = (): void => {
      looks += 1
      throw new TypeError('unforeseen')
    }
    const watched = watch({ ...watching, stay: true, look })
    await sleep(60)
    assert.ok(looks > 2)
    await rm(folder, { recursive: true })
    assert.equal(await watched, 'done')
  })
})
