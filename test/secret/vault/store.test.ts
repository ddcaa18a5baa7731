import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '../../../src/clock.ts'
import { BlotterError } from '../../../src/errors.ts'
import type { SecretStore } from '../../../src/secret/store.ts'
import { openVault, type VaultOptions } from '../../../src/secret/vault/store.ts'
import { keepsSecrets } from '../contract.ts'

const KEY = randomBytes(32).toString('base64')

function vaultIn(folder: string, options: Partial<VaultOptions> = {}): SecretStore {
  return openVault({
    file: join(folder, 'vault.json'),
    keyFile: join(folder, 'vault.key'),
    clock: systemClock,
    exclusively: (work) => work(),
    ...options,
  })
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'blotter-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function refused(work: Promise<unknown>, code: string, words: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof BlotterError, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(`${error.message} ${error.todo}`, words)
    return true
  })
}

describe('A vault', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blotter-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  keepsSecrets(() => vaultIn(folder))
})

test('reading a vault that is not there makes neither vault nor key', async (t) => {
  const folder = folderOf(t)
  assert.equal(await vaultIn(folder).read('mysql'), undefined)
  assert.deepEqual(await vaultIn(folder).list(), [])
  assert.deepEqual(readdirSync(folder), [])
})

test('vault and key are for their owner alone, and hold no value in the open', async (t) => {
  const folder = folderOf(t)
  await vaultIn(folder).keeping!.write('mysql', 'canary-of-the-vault')
  await vaultIn(folder).keeping!.stage('mysql', 'canary-laid-aside')
  for (const name of readdirSync(folder)) {
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
    assert.doesNotMatch(readFileSync(join(folder, name), 'latin1'), /canary/, name)
  }
  assert.deepEqual(readdirSync(folder).sort(), ['vault.json', 'vault.key'])
})

test('a key file that others can read is refused, and named with the way to mend it', async (t) => {
  const folder = folderOf(t)
  await vaultIn(folder).keeping!.write('mysql', 'value')
  for (const mode of [0o644, 0o640, 0o602]) {
    chmodSync(join(folder, 'vault.key'), mode)
    await refused(vaultIn(folder).read('mysql'), 'vault_key', /chmod 600/)
    await refused(vaultIn(folder).keeping!.write('other', 'value'), 'vault_key', /chmod 600/)
  }
})

test('a lost key is said to be lost, and never replaced by a new one', async (t) => {
  const folder = folderOf(t)
  await vaultIn(folder).keeping!.write('mysql', 'value')
  rmSync(join(folder, 'vault.key'))
  await refused(vaultIn(folder).read('mysql'), 'vault_key', /missing.*blotter secret set/s)
  await refused(vaultIn(folder).keeping!.write('mysql', 'other'), 'vault_key', /missing/)
  assert.equal(existsSync(join(folder, 'vault.key')), false)
})

test('a wrong key opens nothing and changes nothing', async (t) => {
  const folder = folderOf(t)
  await vaultIn(folder, { key: KEY }).keeping!.write('mysql', 'value')
  const before = readFileSync(join(folder, 'vault.json'), 'utf8')
  const other = randomBytes(32).toString('hex')
  for (const options of [{ key: other }, { passphrase: 'a passphrase' }]) {
    const wrong = vaultIn(folder, options)
    await refused(wrong.read('mysql'), 'vault_key', /key/)
    await refused(wrong.keeping!.write('mysql', 'other'), 'vault_key', /key/)
  }
  await refused(vaultIn(folder, { key: 'too short' }).read('mysql'), 'vault_key', /BLOTTER_VAULT_PASSPHRASE/)
  assert.equal(readFileSync(join(folder, 'vault.json'), 'utf8'), before)
  assert.equal(existsSync(join(folder, 'vault.key')), false)
  assert.deepEqual(await vaultIn(folder, { key: Buffer.from(KEY, 'base64').toString('hex') }).read('mysql'), {
    value: 'value',
  })
})

test('a passphrase opens its vault, whichever way its letters are composed; another one does not', async (t) => {
  const folder = folderOf(t)
  await vaultIn(folder, { passphrase: 'Zu\u0308rich im Herbst' }).keeping!.write('mysql', 'value')
  assert.deepEqual(await vaultIn(folder, { passphrase: 'Z\u00fcrich im Herbst' }).read('mysql'), { value: 'value' })
  await refused(vaultIn(folder, { passphrase: 'Zürich im Winter' }).read('mysql'), 'vault_key', /does not fit/)
  await refused(vaultIn(folder, { key: KEY }).read('mysql'), 'vault_key', /passphrase/)
  assert.equal(existsSync(join(folder, 'vault.key')), false)
})

test('a vault that is cut off anywhere gives no value, and says that it is damaged', async (t) => {
  const folder = folderOf(t)
  const file = join(folder, 'vault.json')
  await vaultIn(folder, { key: KEY }).keeping!.write('mysql', 'value')
  const whole = readFileSync(file)
  for (let length = 0; length < whole.length - 2; length += 7) {
    writeFileSync(file, whole.subarray(0, length))
    await refused(vaultIn(folder, { key: KEY }).read('mysql'), 'vault_damaged', /cut off|empty/)
    await refused(vaultIn(folder, { key: KEY }).keeping!.write('mysql', 'v'), 'vault_damaged', /backup/)
    assert.equal(readFileSync(file).length, length)
  }
})

test('whatever byte of a vault is altered, it gives the value that was kept or an error, never another value', async (t) => {
  const folder = folderOf(t)
  const file = join(folder, 'vault.json')
  const vault = vaultIn(folder, { key: KEY })
  await vault.keeping!.write('mysql', 'the value')
  await vault.keeping!.write('other', 'another value')
  const whole = readFileSync(file)
  const outcomes = { same: 0, error: 0 }
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const altered = Buffer.from(whole)
      altered[at]! ^= change
      writeFileSync(file, altered)
      const found = await vault.read('mysql').catch((error: unknown) => error)
      if (found instanceof Error) {
        assert.ok(found instanceof BlotterError && /^vault_|state_newer/.test(found.code), String(found))
        outcomes.error++
      } else {
        // An altered name is a name that was not kept; an altered space between two parts alters nothing.
        assert.ok(found === undefined || (found as { value: string }).value === 'the value', String(found))
        outcomes.same++
      }
    }),
    { numRuns: 400 },
  )
  assert.ok(outcomes.error > 100, JSON.stringify(outcomes))
})

test('an entry that is moved to another name, or given another time, is refused', async (t) => {
  const folder = folderOf(t)
  const file = join(folder, 'vault.json')
  const vault = vaultIn(folder, { key: KEY })
  await vault.keeping!.write('admin', 'the admin’s')
  await vault.keeping!.write('reader', 'the reader’s')
  await vault.keeping!.stage('reader', 'laid aside')
  const content = JSON.parse(readFileSync(file, 'utf8')) as { entries: Record<string, Record<string, string>> }
  const { admin, reader } = content.entries
  const put = (entries: object): void => writeFileSync(file, JSON.stringify({ ...content, entries }))
  put({ reader: admin, admin: reader })
  await refused(vault.read('reader'), 'vault_damaged', /"reader" is not as it was written/)
  put({ reader: { ...reader, changed_at: '2020-01-01T00:00:00.000Z' } })
  await refused(vault.read('reader'), 'vault_damaged', /reader/)
  put({ reader: { ...reader, sealed: reader!['staged'] } })
  await refused(vault.read('reader'), 'vault_damaged', /reader/)
})

test('a vault of a later version, and one that something else made, are left alone', async (t) => {
  const folder = folderOf(t)
  const file = join(folder, 'vault.json')
  await vaultIn(folder, { key: KEY }).keeping!.write('mysql', 'value')
  const content = JSON.parse(readFileSync(file, 'utf8')) as object
  writeFileSync(file, JSON.stringify({ ...content, version: 2 }))
  await refused(vaultIn(folder, { key: KEY }).read('mysql'), 'state_newer', /newer version/)
  writeFileSync(file, '{"name":"something"}')
  await refused(vaultIn(folder, { key: KEY }).keeping!.write('a', 'b'), 'vault_damaged', /no vault of Blotter/)
  const dear = { ...content, derivation: { name: 'scrypt', n: 2 ** 30, r: 8, p: 1, salt: 'AAAA' } }
  writeFileSync(file, JSON.stringify(dear))
  await refused(vaultIn(folder, { passphrase: 'x' }).read('mysql'), 'vault_damaged', /how its key is had/)
})

test('what a killed writer left is swept by the next one', async (t) => {
  const folder = folderOf(t)
  writeFileSync(join(folder, 'vault.json.4242.unfinished'), 'half')
  await vaultIn(folder).keeping!.write('mysql', 'value')
  assert.deepEqual(readdirSync(folder).sort(), ['vault.json', 'vault.key'])
})
