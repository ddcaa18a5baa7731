import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { formsOf } from '../../src/log/secret-forms.ts'
import { type ReadCity, readCity } from '../services/accounts.ts'
import { NO_MARIADB, startMariaDb } from '../services/mariadb.ts'
import { documentOf, type Ended, type Env, startBlotter } from './blotter.ts'

const maria = await startMariaDb()
after(() => maria?.stop())

/** Passwords whose every spelling is looked for: signs of URLs, SQL, JSON, HTML and shells, spaces, and letters of two scripts. */
const CANARIES = {
  reader: `kanari-1 'ein' "zwei" \\ %41&<b>?#/:@`,
  admin: `kanari-2-Zürich-東京-🔑-$(id)\`x\``,
  wrong: 'kanari-3-which+never=worked',
  smtp: 'kanari-4-of-the-mail-server',
  passphrase: 'kanari-5-of the vault',
}
/** What cannot be an accident: each spelling of each of them, and what they have in common. */
const FORMS = [...new Set(['kanari', ...Object.values(CANARIES).flatMap(formsOf)])].filter((form) => form.length >= 6)

describe('No credential', { skip: maria ? false : NO_MARIADB }, () => {
  let folder: string
  let city: ReadCity
  const shown: Ended[] = []
  const processes = new Set<string>()

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'blotter-'))
    city = await readCity(maria!, { password: CANARIES.reader })
    await maria!.admin(
      `CREATE USER 'dba'@'%' IDENTIFIED BY '${CANARIES.admin}'; GRANT ALL ON *.* TO 'dba'@'%' WITH GRANT OPTION;
       CREATE USER 'loader'@'%' IDENTIFIED BY '${CANARIES.admin}'; GRANT ALL ON ${city.database}.* TO 'loader'@'%'`,
    )
    configure('secret://mysql')
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  function configure(password: string, more = ''): void {
    const rotation = '{ admin_user: dba, admin_password: secret://mysql_admin }'
    const yaml = `source: { url: "${city.url}", password: "${password}", rotation: ${rotation} }\nsecrets: { backend: vault }\n${more}`
    writeFileSync(join(folder, 'blotter.yaml'), yaml)
  }

  async function command(args: readonly string[], options: { env?: Env; input?: string } = {}): Promise<Ended> {
    const env = { BLOTTER_VAULT_PASSPHRASE: CANARIES.passphrase, ...options.env }
    const started = startBlotter(args, { ...options, cwd: folder, env })
    const look = setInterval(() => seen(started.child.pid!), 10)
    const ended = await started.ended.finally(() => clearInterval(look))
    shown.push(ended)
    return ended
  }

  /** What `ps` shows of a process and of all that it has started. */
  function seen(pid: number): void {
    try {
      processes.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))
      processes.add(readFileSync(`/proc/${pid}/comm`, 'utf8'))
      for (const thread of readdirSync(`/proc/${pid}/task`)) {
        for (const child of readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean))
          seen(Number(child))
      }
    } catch {
      // It has ended meanwhile.
    }
  }

  async function well(args: readonly string[], options?: { env?: Env; input?: string }): Promise<Ended> {
    const ended = await command(args, options)
    assert.equal(ended.code, 0, `${args.join(' ')}: ${ended.out}${ended.err}`)
    return ended
  }

  async function badly(args: readonly string[], options?: { env?: Env; input?: string }): Promise<void> {
    // For people and for machines, at the same time.
    for (const ended of await Promise.all([command(args, options), command([...args, '--json'], options)])) {
      assert.ok((ended.code ?? 0) > 0, `${args.join(' ')}: ${ended.out}${ended.err}`)
    }
  }

  it('is shown by commands that work', async () => {
    await well(['secret', 'set', 'mysql', '--debug'], { input: `${CANARIES.reader}\n` })
    await well(['secret', 'set', 'mysql_admin', '--json'], { input: CANARIES.admin })
    await well(['secret', 'set', 'smtp'], { input: CANARIES.smtp })
    const list = await well(['secret', 'list', '--json', '--debug'])
    assert.deepEqual(
      documentOf<{ name: string }[]>(list).map((one) => one.name),
      ['mysql', 'mysql_admin', 'smtp'],
    )
    await well(['run', '--full', '--debug'])
    await well(['query', 'select count(*) from raw.crimes', '--debug'])
    await well(['secret', 'rotate', 'mysql', '--debug', '--json'])
    await well(['secret', 'status', '--debug'])
    await well(['run', '--debug', '--json'])
    const env = { BLOTTER_SOURCE_PASSWORD: CANARIES.admin }
    const into = `mysql://loader@localhost:${maria!.port}/${city.database}?table=loaded`
    await well(['load', '--from', 'demo://chicago?rows=50&seed=1&day=0', '--into', into, '--debug'], { env })
    await well(['runs', 'show', '--json'])
  })

  it('is shown by commands that fail', async () => {
    const wrong = { BLOTTER_SOURCE_PASSWORD: CANARIES.wrong }
    await badly(['run', '--full', '--debug'], { env: wrong })
    await badly(['load', '--from', 'demo://chicago?rows=5', '--into', city.url, '--debug'], { env: wrong })
    await badly(['doctor', '--debug'], { env: wrong })
    await badly(['query', `select '${'x'.repeat(30)}' from nowhere`, '--debug'], { env: wrong })
    await badly(['query', "select getenv('BLOTTER_SOURCE_PASSWORD')"], { env: wrong })
    await badly(['query', "select * from read_text('lake/.blotter/vault.json')"])
    await badly(['secret', 'set', 'mysql', CANARIES.wrong, '--debug'])
    await badly(['secret', 'set', 'a b', '--debug'], { input: CANARIES.wrong })
    await badly(['secret', 'list', '--debug'], { env: { BLOTTER_VAULT_PASSPHRASE: CANARIES.wrong } })
    await badly(['secret', 'list', '--debug'], { env: { BLOTTER_VAULT_KEY: CANARIES.wrong, BLOTTER_VAULT_PASSPHRASE: '' } })
    await badly(['run', '--source', `mysql://r:${encodeURIComponent(CANARIES.wrong)}@localhost/d`])
    configure(CANARIES.wrong)
    await badly(['run', '--debug'])
    configure('secret://mysql', `alerts: { email: { password: "${CANARIES.smtp}", host: h, from: a@b, to: [c@d] } }`)
    await badly(['run', '--debug'])
    configure('secret://mysql')
    await well(['secret', 'set', 'mysql_admin'], { input: CANARIES.wrong })
    await badly(['secret', 'rotate', 'mysql', '--debug'])
    await well(['secret', 'status'])
    await command(['doctor', '--debug', '--json'])
  })

  it('is in any of their outputs', () => {
    assert.ok(shown.length > 40)
    for (const { out, err } of shown) holdsNone(out + err, out + err)
  })

  it('is in any file that they left', () => {
    rmSync(join(folder, 'blotter.yaml'))
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
    const names = files.map((one) => one.name)
    for (const name of ['vault.json', 'identity.sqlite', 'state.sqlite', 'catalog.sqlite'])
      assert.ok(names.includes(name), names.join())
    for (const one of files) holdsNone(readFileSync(join(one.parentPath, one.name)).toString('latin1'), one.name, 'latin1')
    const vault = files.find((one) => one.name === 'vault.json')!
    assert.equal(statSync(join(vault.parentPath, vault.name)).mode & 0o077, 0)
  })

  it('is in any list of processes, but where a person typed it there', () => {
    const theirs = [...processes].filter((line) => !/secret set mysql kanari|mysql:\/\/r:kanari/.test(line))
    assert.ok(theirs.length > 20 && theirs.some((line) => line.includes('secret rotate')), [...processes].join('\n'))
    for (const line of theirs) holdsNone(line, line)
  })
})

function holdsNone(text: string, where: string, encoding: BufferEncoding = 'utf8'): void {
  for (const form of FORMS) {
    const found = encoding === 'utf8' ? form : Buffer.from(form).toString(encoding)
    assert.ok(!text.includes(found), `${form} is in ${where.slice(0, 4000)}`)
  }
}
