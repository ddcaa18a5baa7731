import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import type { Clock } from '../../../src/clock.ts'
import { loadConfig } from '../../../src/config.ts'
import { BlotterError } from '../../../src/errors.ts'
import { silentLog } from '../../../src/log.ts'
import { openPlatform } from '../../../src/platform.ts'
import type { DatabaseServer } from '../../services/database-process.ts'
import { type ReadCity, readCity } from '../../services/accounts.ts'
import { NO_MARIADB, startMariaDb } from '../../services/mariadb.ts'
import { NO_MYSQL, startMySql } from '../../services/mysql.ts'

const maria = await startMariaDb()
const mysql = await startMySql()
after(() => Promise.all([maria?.stop(), mysql?.stop()]))

const DAY_MS = 86_400_000
const WATCH = { signal: new AbortController().signal, onEvent: () => {} }

/** A folder with a configuration of a source whose password takes turns, and a clock that can be set. */
async function home(
  t: TestContext,
  city: ReadCity,
  server: DatabaseServer,
  options: { rotation?: string; env?: Record<string, string> } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'blotter-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const rotation = options.rotation ?? `{ admin_user: ${server.user}, admin_password: secret://mysql_admin }`
  const yaml = `source: { url: "${city.url}", password: secret://mysql, rotation: ${rotation} }\nsecrets: { rotate_every: 30d }\n`
  writeFileSync(join(folder, 'blotter.yaml'), rotation === '' ? yaml.replace(', rotation: ', '') : yaml)
  let now = new Date('2026-03-01T06:00:00.000Z')
  const clock: Clock = { now: () => now }
  const open = async (env: Record<string, string> = options.env ?? {}) => {
    const platform = await openPlatform(loadConfig({ env, flags: {}, cwd: folder }), silentLog, clock)
    t.after(() => platform[Symbol.asyncDispose]())
    return platform
  }
  return { folder, open, later: (days: number) => void (now = new Date(now.getTime() + days * DAY_MS)) }
}

async function refused(work: Promise<unknown>, code: string, words: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof BlotterError, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(`${error.message} ${error.todo}`, words)
    return true
  })
}

for (const [name, server, missing] of [
  ['MariaDB', maria, NO_MARIADB],
  ['MySQL', mysql, NO_MYSQL],
] as const) {
  describe(`Secrets of a source on ${server?.version ?? name}`, { skip: server ? false : missing }, () => {
    it('take turns: each renewal puts the other account in use, and batches are read under it', async (t) => {
      const city = await readCity(server!)
      const { open, later } = await home(t, city, server!)
      const platform = await open()
      await platform.secretSet('mysql', city.password)
      await platform.secretSet('mysql_admin', server!.password)
      const clone = `${city.reader}_clone`
      const accounts = [clone, city.reader, clone]
      for (const [turn, account] of accounts.entries()) {
        const report = await platform.secretRotate('mysql')
        assert.equal(report.account, account)
        assert.equal(Date.parse(report.next_at) - Date.parse(report.rotated_at), 30 * DAY_MS)
        // The password that was in the vault at first is worth nothing once its account was renewed.
        const run = await platform.run({ full: true }, WATCH)
        assert.equal(run.rows.read, 3, `turn ${turn}`)
        later(1)
      }
      const statuses = await platform.secretStatus()
      assert.deepEqual(
        statuses.map((one) => one.name),
        ['mysql', 'mysql_admin'],
      )
      const [status] = statuses
      assert.ok(status)
      assert.deepEqual([status.account, status.rotates, status.state, status.last?.state], [clone, true, 'ok', 'succeeded'])
      assert.deepEqual(status.used_for, ['source.password'])
    })

    it('are renewed when they are due and not before, and the outcome is told', async (t) => {
      const city = await readCity(server!)
      const { open, later } = await home(t, city, server!)
      const platform = await open()
      await platform.secretSet('mysql', city.password)
      await platform.secretSet('mysql_admin', server!.password)
      later(29)
      assert.deepEqual(await platform.rotateDue(), [])
      later(1)
      assert.equal((await platform.secretStatus()).find((one) => one.name === 'mysql')?.state, 'due')
      later(1)
      assert.equal((await platform.secretStatus()).find((one) => one.name === 'mysql')?.state, 'overdue')
      const at = '2026-04-01T06:00:00.000Z'
      const told = {
        type: 'secret_rotated',
        secret: 'mysql',
        account: `${city.reader}_clone`,
        at,
        nextAt: '2026-05-01T06:00:00.000Z',
      }
      assert.deepEqual(await platform.rotateDue(), [told])
      assert.deepEqual(await platform.rotateDue(), [])
    })

    it('that cannot be renewed leave the account in use, say why, and are tried again from that step', async (t) => {
      const city = await readCity(server!)
      const { open, later } = await home(t, city, server!)
      const platform = await open()
      await platform.secretSet('mysql', city.password)
      await platform.secretSet('mysql_admin', 'not the admin’s password')
      later(40)
      const [told] = await platform.rotateDue()
      assert.ok(told?.type === 'rotation_failed')
      assert.deepEqual([told.step, told.account, told.working], ['set', `${city.reader}_clone`, city.reader])
      assert.match(told.error.message, /step "set".*goes on working/s)
      const status = (await platform.secretStatus()).find((one) => one.name === 'mysql')!
      assert.deepEqual([status.last?.state, status.last?.step, status.account], ['failed', 'set', city.reader])
      assert.equal((await platform.run({ full: true }, WATCH)).rows.read, 3)
      const checks = await platform.doctor({ rebuild: false })
      assert.ok(
        checks.some((one) => one.name === 'secret' && one.state === 'warn' && /failed in its step "set"/.test(one.message)),
      )
      await platform.secretSet('mysql_admin', server!.password)
      assert.equal((await platform.secretRotate('mysql')).account, `${city.reader}_clone`)
      const { last } = (await platform.secretStatus()).find((one) => one.name === 'mysql')!
      assert.equal(last?.state, 'succeeded')
      assert.deepEqual(
        last.steps.map(({ step, state, error }) => [step, state, error?.code]),
        [
          ['create', 'succeeded', undefined],
          ['set', 'failed', 'rotation_failed'],
          ['set', 'succeeded', undefined],
          ['test', 'succeeded', undefined],
          ['finish', 'succeeded', undefined],
        ],
      )
    })

    it('that another process has renewed meanwhile are read once more when the server refuses', async (t) => {
      const city = await readCity(server!)
      const { open } = await home(t, city, server!)
      const [mine, theirs] = [await open(), await open()]
      await mine.secretSet('mysql', city.password)
      await mine.secretSet('mysql_admin', server!.password)
      assert.equal((await mine.run({ full: true }, WATCH)).rows.read, 3)
      // Twice, so that the password which `mine` remembers is good no more.
      await theirs.secretRotate('mysql')
      await theirs.secretRotate('mysql')
      assert.equal((await mine.run({ full: true }, WATCH)).rows.read, 3)
      await theirs.secretRotate('mysql')
      assert.equal((await mine.run({ full: true }, WATCH)).rows.read, 3)
    })

    it('set by hand mean the configured account again', async (t) => {
      const city = await readCity(server!)
      const { open } = await home(t, city, server!)
      const platform = await open()
      await platform.secretSet('mysql', city.password)
      await platform.secretSet('mysql_admin', server!.password)
      await platform.secretRotate('mysql')
      await server!.admin(
        `ALTER USER '${city.reader}'@'%' IDENTIFIED BY 'Set-by-hand-1'; DROP USER '${city.reader}_clone'@'%'`,
      )
      await refused(platform.run({ full: true }, WATCH), 'source_refused', /_clone/)
      await platform.secretSet('mysql', 'Set-by-hand-1')
      assert.equal((await platform.run({ full: true }, WATCH)).rows.read, 3)
      assert.equal((await platform.secretRotate('mysql')).account, `${city.reader}_clone`)
    })

    it('renew themselves without an admin where both accounts are there', async (t) => {
      const city = await readCity(server!)
      const { open } = await home(t, city, server!, { rotation: '{ clone: other_reader }' })
      const other = `other_${city.reader}`
      await server!.admin(
        `CREATE USER '${other}'@'%' IDENTIFIED BY 'Made-by-hand-1'; GRANT SELECT ON ${city.database}.crimes TO '${other}'@'%'`,
      )
      const platform = await open({ BLOTTER_SOURCE_ROTATION_CLONE: other })
      await platform.secretSet('mysql', city.password)
      await platform.secretSet('mysql_clone', 'Made-by-hand-1')
      for (const account of [other, city.reader, other])
        assert.equal((await platform.secretRotate('mysql')).account, account)
      assert.equal((await platform.run({ full: true }, WATCH)).rows.read, 3)
    })

    it('are warned of by doctor: an account that writes, one that reads more, old and missing ones', async (t) => {
      const city = await readCity(server!)
      const { open, later } = await home(t, city, server!)
      const platform = await open()
      await platform.secretSet('mysql', city.password)
      later(45)
      const named = async (check: string) => (await platform.doctor({ rebuild: false })).filter((one) => one.name === check)
      assert.equal((await named('source account'))[0]?.state, 'ok')
      const secrets = await named('secret')
      assert.ok(
        secrets.some((one) => one.state === 'warn' && /mysql is overdue since 2026-03-31/.test(one.message)),
        JSON.stringify(secrets),
      )
      assert.ok(
        secrets.some((one) => one.state === 'fail' && one.fix === 'blotter secret set mysql_admin'),
        JSON.stringify(secrets),
      )
      await server!.admin(`GRANT SELECT ON ${city.database}.* TO '${city.reader}'@'%'`)
      assert.match((await named('source account'))[0]!.message, /read more.*SELECT on/)
      await server!.admin(`GRANT UPDATE, DROP ON ${city.database}.* TO '${city.reader}'@'%'`)
      const [writes] = await named('source account')
      assert.equal(writes?.state, 'warn')
      assert.match(`${writes?.message} ${writes?.fix}`, /UPDATE, DROP.*REVOKE ALL.*GRANT SELECT/s)
    })
  })
}

describe('Secrets of a source on MariaDB, on the way there', { skip: maria ? false : NO_MARIADB }, () => {
  it('are not renewed while a variable stands before them, or nothing says how', async (t) => {
    const city = await readCity(maria!)
    const { open } = await home(t, city, maria!)
    const env = { BLOTTER_SECRET_MYSQL_ADMIN: maria!.password, BLOTTER_SECRET_MYSQL: city.password }
    const platform = await open({ ...env, BLOTTER_SECRETS_BACKEND: 'vault' })
    await refused(platform.secretRotate('mysql'), 'usage', /BLOTTER_SECRET_MYSQL/)
    await refused(
      (await open({ BLOTTER_SOURCE_PASSWORD: city.password })).secretRotate('mysql'),
      'usage',
      /variable stands before it/,
    )
    await refused(platform.secretRotate('smtp'), 'usage', /secret:\/\/mysql.*secret set smtp/s)
    const envOnly = await open({ BLOTTER_SECRETS_BACKEND: 'env' })
    await refused(envOnly.secretRotate('mysql'), 'usage', /backend: vault/)
    await refused(envOnly.secretSet('mysql', 'x'), 'usage', /backend: vault/)
    const plain = await home(t, city, maria!, { rotation: '' })
    await refused((await plain.open()).secretRotate('mysql'), 'usage', /source\.rotation.*admin_password/s)
  })

  it('that a variable gives are followed whatever the turns say', async (t) => {
    const city = await readCity(maria!)
    const { open } = await home(t, city, maria!)
    const platform = await open()
    await platform.secretSet('mysql', city.password)
    await platform.secretSet('mysql_admin', maria!.password)
    await platform.secretRotate('mysql')
    await maria!.admin(`DROP USER '${city.reader}_clone'@'%'`)
    const broken = await open({ BLOTTER_SECRET_MYSQL: city.password })
    assert.equal((await broken.run({ full: true }, WATCH)).rows.read, 3)
  })

  it('work for either account when the record of turns is lost', async (t) => {
    const city = await readCity(maria!)
    const { folder, open } = await home(t, city, maria!)
    const platform = await open()
    await platform.secretSet('mysql', city.password)
    await platform.secretSet('mysql_admin', maria!.password)
    for (let turn = 0; turn < 3; turn++) await platform.secretRotate('mysql')
    await platform[Symbol.asyncDispose]()
    for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `lake/.blotter/identity.sqlite${end}`), { force: true })
    const after = await open()
    assert.equal((await after.run({ full: true }, WATCH)).rows.read, 3)
    assert.equal((await after.secretRotate('mysql')).account, `${city.reader}_clone`)
    assert.equal((await after.run({ full: true }, WATCH)).rows.read, 3)
  })

  it('are kept with the first that is set, which makes the vault the backend; nothing is made before', async (t) => {
    const city = await readCity(maria!)
    const { folder, open } = await home(t, city, maria!)
    const platform = await open()
    assert.deepEqual(await platform.secretList(), [])
    assert.deepEqual(
      (await platform.secretStatus()).map((one) => [one.name, one.state]),
      [
        ['mysql', 'missing'],
        ['mysql_admin', 'missing'],
      ],
    )
    await refused(platform.run({ full: true }, WATCH), 'secret_missing', /secret set mysql/)
    assert.deepEqual(
      readdirSync(folder).filter((one) => one !== 'lake'),
      ['blotter.yaml'],
    )
    const kept = await platform.secretSet('mysql', city.password)
    assert.deepEqual(kept, { name: 'mysql', from: 'vault', changed_at: '2026-03-01T06:00:00.000Z' })
    assert.deepEqual(await platform.secretList(), [kept])
    assert.equal((await platform.run({ full: true }, WATCH)).rows.read, 3)
    await refused(platform.secretSet('no good', 'x'), 'usage', /no name/)
    await refused(platform.secretSet('mysql', ''), 'usage', /empty/)
  })
})
