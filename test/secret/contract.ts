import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { SecretStore } from '../../src/secret/store.ts'

/** Values that some encoding on the way might change. */
export const AWKWARD = [
  'plain',
  ' spaces at both ends ',
  `quotes ' " \` and \\ backslashes`,
  'Zürich — 東京 🔑',
  '%41&?=/:@#[]{}$(id)',
  '-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n',
  'x'.repeat(4096),
]

/** What every store that keeps secrets does. `open` opens the same store anew, as another process would. */
export function keepsSecrets(open: () => SecretStore): void {
  it('has nothing of a name that was never kept', async () => {
    assert.equal(await open().read('nobody'), undefined)
    assert.equal(await open().keeping!.staged('nobody'), undefined)
    await open().keeping!.promote('nobody')
    assert.equal(await open().read('nobody'), undefined)
  })

  it('gives back exactly what was kept, to whoever opens it', async () => {
    for (const [number, value] of AWKWARD.entries()) {
      await open().keeping!.write(`awkward-${number}`, value)
      assert.deepEqual(await open().read(`awkward-${number}`), { value })
    }
  })

  it('replaces a value, and lists names with times and without values', async () => {
    const before = Date.now() - 2000
    await open().keeping!.write('twice', 'the first value')
    await open().keeping!.write('twice', 'the second value')
    assert.equal((await open().read('twice'))?.value, 'the second value')
    const list = await open().list()
    const listed = list.filter((one) => one.name === 'twice')
    assert.equal(listed.length, 1)
    assert.ok(Date.parse(listed[0]!.changedAt!) >= before, listed[0]!.changedAt!)
    assert.deepEqual(
      list.map((one) => one.name),
      list.map((one) => one.name).toSorted(),
    )
    assert.doesNotMatch(JSON.stringify(list), /second value/)
  })

  it('lays a value aside beside the current one, until it is put in its place', async () => {
    await open().keeping!.write('account', 'in use')
    await open().keeping!.stage('account', 'to follow, first try')
    await open().keeping!.stage('account', 'to follow')
    assert.equal((await open().read('account'))?.value, 'in use')
    assert.equal(await open().keeping!.staged('account'), 'to follow')
    await open().keeping!.promote('account')
    assert.equal((await open().read('account'))?.value, 'to follow')
    assert.equal(await open().keeping!.staged('account'), undefined)
    await open().keeping!.promote('account')
    assert.equal((await open().read('account'))?.value, 'to follow')
    await open().keeping!.write('account', 'set by hand')
    assert.equal((await open().read('account'))?.value, 'set by hand')
  })

  it('lays a value aside for a name that has none yet, which then still has none that anybody uses', async () => {
    await open().keeping!.stage('account_clone', 'the first one')
    assert.notEqual((await open().read('account_clone'))?.value, 'the first one')
    assert.equal(await open().keeping!.staged('account_clone'), 'the first one')
    await open().keeping!.promote('account_clone')
    assert.equal((await open().read('account_clone'))?.value, 'the first one')
  })

  it('keeps what is laid aside when the current value is replaced', async () => {
    await open().keeping!.write('both', 'old')
    await open().keeping!.stage('both', 'aside')
    await open().keeping!.write('both', 'new')
    assert.equal((await open().read('both'))?.value, 'new')
    assert.equal(await open().keeping!.staged('both'), 'aside')
  })
}
