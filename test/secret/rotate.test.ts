import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '../../src/clock.ts'
import { BlotterError } from '../../src/errors.ts'
import { dueOf } from '../../src/secret/age.ts'
import { PASSWORD_CHARACTERS, randomPassword } from '../../src/secret/random-password.ts'
import { rotateSecret, type RotationParts, type RotationStep, type TurnAccount } from '../../src/secret/rotate.ts'
import { type Identity, openIdentity } from '../../src/state/identity/identity.ts'
import { listRotations, listRotationSteps, rotationJournal, secretPointer } from '../../src/state/identity/rotations.ts'
import { testFolder } from '../state/folder.ts'

const A: TurnAccount = { account: 'reader', entry: 'mysql' }
const B: TurnAccount = { account: 'reader_clone', entry: 'mysql_clone' }

/** A server and a store in memory, whose calls fail when they are told to. */
function worldOf(identity: Identity, mark = 'this process', alive: readonly string[] = []) {
  const server = new Map([[A.account, 'the first password']])
  const store = new Map([[A.entry, 'the first password']])
  const staged = new Map<string, string>()
  const calls: string[] = []
  const faults: string[] = []
  const call = async (name: string): Promise<void> => {
    calls.push(name)
    if (faults[0] !== name) return
    faults.shift()
    throw new BlotterError('source_unreachable', `No ${name} today.`, { todo: 'Wait.' })
  }
  const parts: RotationParts = {
    keeping: {
      write: async (name, value) => void store.set(name, value),
      stage: async (name, value) => (await call('stage'), void staged.set(name, value)),
      staged: async (name) => staged.get(name),
      promote: async (name) => {
        await call('promote')
        const value = staged.get(name)
        if (value !== undefined) store.set(name, value)
        staged.delete(name)
      },
    },
    read: async (entry) => store.get(entry),
    accounts: {
      set: async (account, password) => (await call('set'), void server.set(account, password)),
      test: async (account, password) => {
        await call('test')
        if (server.get(account) !== password) throw new BlotterError('source_refused', 'Access denied.', { todo: 'Check.' })
      },
    },
    journal: rotationJournal(identity, { mark, isAtWork: (one) => alive.includes(one) }),
  }
  const active = (): TurnAccount => secretPointer(identity, 'mysql') ?? A
  const rotate = () => {
    const next = active().account === A.account ? B : A
    return rotateSecret({ secret: 'mysql', next: { account: next.account, entry: next.entry }, trigger: 'hand' }, parts)
  }
  /** Whoever connects now gets in. */
  const works = (): boolean => server.get(active().account) === store.get(active().entry)
  return { server, store, staged, calls, faults, parts, active, rotate, works }
}

test('two accounts take turns, and the one in use always gets in', async (t) => {
  const identity = openIdentity(testFolder(t), systemClock)
  t.after(identity.close)
  const world = worldOf(identity)
  const seen: string[] = []
  for (let turn = 0; turn < 4; turn++) {
    const event = await world.rotate()
    assert.equal(event.type, 'secret_rotated')
    seen.push(world.active().account)
    assert.ok(world.works())
  }
  assert.deepEqual(seen, ['reader_clone', 'reader', 'reader_clone', 'reader'])
  const [newest] = listRotations(identity, 'mysql', 10)
  assert.equal(newest?.state, 'succeeded')
  const steps = listRotationSteps(identity, newest!.rotation).map((one) => `${one.step} ${one.state}`)
  assert.deepEqual(steps, ['create succeeded', 'set succeeded', 'test succeeded', 'finish succeeded'])
  assert.equal(world.staged.size, 0)
})

test('whatever step fails, the account in use works, the failure is on record, and the next call goes on from there', async (t) => {
  const steps: [fault: string, step: RotationStep, after: string[]][] = [
    ['stage', 'create', ['stage', 'set', 'test', 'promote', 'test']],
    ['set', 'set', ['set', 'test', 'promote', 'test']],
    // The account may lack a right, which setting it again grants.
    ['test', 'test', ['set', 'test', 'promote', 'test']],
    ['promote', 'finish', ['promote', 'test']],
  ]
  for (const [fault, step, after] of steps) {
    const identity = openIdentity(testFolder(t), systemClock)
    t.after(identity.close)
    const world = worldOf(identity)
    world.faults.push(fault)
    const failed = await world.rotate()
    assert.ok(failed.type === 'rotation_failed')
    assert.equal(failed.step, step)
    assert.equal(failed.error.code, 'rotation_failed')
    assert.match(
      `${failed.error.message} ${failed.error.todo}`,
      /goes on working.*Wait\. Then run `blotter secret rotate mysql`/s,
    )
    assert.equal(world.active().account, 'reader')
    assert.ok(world.works())
    assert.equal(listRotations(identity, 'mysql', 1)[0]?.state, 'failed')
    assert.equal(listRotations(identity, 'mysql', 1)[0]?.error?.context['reason'], 'source_unreachable')
    world.calls.length = 0
    assert.equal((await world.rotate()).type, 'secret_rotated')
    assert.deepEqual(world.calls, after, fault)
    assert.ok(world.works())
    assert.equal(listRotations(identity, 'mysql', 10).length, 1)
  }
})

test('a password that was laid aside and is gone is made anew', async (t) => {
  const identity = openIdentity(testFolder(t), systemClock)
  t.after(identity.close)
  for (const fault of ['set', 'test', 'promote']) {
    const world = worldOf(identity)
    world.faults.push(fault)
    assert.equal((await world.rotate()).type, 'rotation_failed')
    world.staged.clear()
    world.store.delete('mysql_clone')
    assert.equal((await world.rotate()).type, 'secret_rotated')
    assert.ok(world.works())
    identity.database.run('DELETE FROM secret_pointers')
  }
})

test('a rotation of a process that has ended is taken over; one at work is left alone', async (t) => {
  const identity = openIdentity(testFolder(t), systemClock)
  t.after(identity.close)
  worldOf(identity, 'another process').parts.journal.begin('mysql', B, 'schedule')
  await assert.rejects(worldOf(identity, 'this process', ['another process']).rotate(), { code: 'rotation_running' })
  const world = worldOf(identity)
  assert.equal((await world.rotate()).type, 'secret_rotated')
  assert.equal(listRotations(identity, 'mysql', 10).length, 1)
})

test('a rotation towards an account that is configured no more begins anew with the one that is', async (t) => {
  const identity = openIdentity(testFolder(t), systemClock)
  t.after(identity.close)
  const world = worldOf(identity)
  world.faults.push('promote')
  await world.rotate()
  const other = { account: 'other', entry: 'mysql_clone' }
  const event = await rotateSecret({ secret: 'mysql', next: other, trigger: 'hand' }, world.parts)
  assert.equal(event.type, 'secret_rotated')
  assert.equal(world.active().account, 'other')
  assert.ok(world.works())
})

test('a random password has all kinds of characters, needs no quoting, and never comes twice', () => {
  const many = Array.from({ length: 500 }, randomPassword)
  assert.equal(new Set(many).size, 500)
  for (const one of many) {
    assert.equal(one.length, PASSWORD_CHARACTERS)
    assert.match(one, /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[-_.~])[\w.~-]+$/)
    assert.equal(encodeURIComponent(one), one)
  }
})

test('a secret is due when its time is over, and overdue a day later', () => {
  const changed = '2026-11-01T00:00:00.000Z'
  const state = (now: string) => dueOf(changed, 30 * 86_400_000, new Date(now)).state
  assert.equal(state('2026-11-30T23:59:59.999Z'), 'ok')
  assert.equal(state('2026-12-01T00:00:00.000Z'), 'due')
  assert.equal(state('2026-12-01T23:59:59.999Z'), 'due')
  assert.equal(state('2026-12-02T00:00:00.000Z'), 'overdue')
  assert.deepEqual(dueOf(null, 1, new Date(0)), { dueAt: null, state: 'unknown' })
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }), fc.nat(4e9), (date, every) => {
      const { dueAt } = dueOf(date.toISOString(), every, date)
      assert.equal(Date.parse(dueAt!), date.getTime() + every)
    }),
  )
})
