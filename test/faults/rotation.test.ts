import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { loadConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import { openPlatform, type Platform } from '../../src/platform.ts'
import { type ReadCity, readCity } from '../services/accounts.ts'
import type { DatabaseServer } from '../services/database-process.ts'
import { NO_MARIADB, startMariaDb } from '../services/mariadb.ts'
import { NO_MYSQL, startMySql } from '../services/mysql.ts'
import { blotter, documentOf, type Env, type RunDocument, startBlotter } from './blotter.ts'

/** How many times a rotation is killed at any moment, beside those between its steps; `BLOTTER_TEST_KILLS=100` for more. */
const KILLS = Math.ceil(Number(process.env['BLOTTER_TEST_KILLS'] ?? 24) / 6)
const SEED = Number(process.env['BLOTTER_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const maria = await startMariaDb()
const mysql = await startMySql()
after(() => Promise.all([maria?.stop(), mysql?.stop()]))

const KILLING = `--import=${new URL('./programs/kill-rotation.mjs', import.meta.url).href}`
const killedAt = (moment: string): Env => ({ NODE_OPTIONS: KILLING, BLOTTER_TEST_MOMENT: moment })

interface Home {
  folder: string
  city: ReadCity
  /** The command line as a process of its own. */
  command(args: readonly string[], env?: Env): ReturnType<typeof blotter>
  /** A platform of this process: another one that looks, and goes on. */
  open(): Promise<Platform>
  /** Whether a source that connects now is let in and reads its rows, under which account. */
  account(): Promise<string>
}

async function home(t: TestContext, server: DatabaseServer, options: { rows?: number; port?: number } = {}): Promise<Home> {
  const city = await readCity(server, options)
  const folder = mkdtempSync(join(tmpdir(), 'blotter-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const rotation = `{ admin_user: ${server.user}, admin_password: secret://mysql_admin }`
  writeFileSync(
    join(folder, 'blotter.yaml'),
    `source: { url: "${city.url}", password: secret://mysql, rotation: ${rotation} }\n`,
  )
  const open = async (): Promise<Platform> => {
    const platform = await openPlatform(loadConfig({ env: {}, flags: {}, cwd: folder }), silentLog)
    t.after(() => platform[Symbol.asyncDispose]())
    return platform
  }
  const platform = await open()
  await platform.secretSet('mysql', city.password)
  await platform.secretSet('mysql_admin', server.password)
  return {
    folder,
    city,
    command: (args, env) => blotter(args, { cwd: folder, ...(env ? { env } : {}) }),
    open,
    async account() {
      const fresh = await open()
      const checks = await fresh.doctor({ rebuild: false })
      const found = checks.filter((one) => one.name === 'source' || one.name === 'source account')
      assert.deepEqual(
        found.map((one) => one.state),
        ['warn', 'ok'],
        JSON.stringify(found),
      )
      return /^(\w+)@/.exec(found[1]!.message)![1]!
    },
  }
}

for (const [name, server, missing] of [
  ['MariaDB', maria, NO_MARIADB],
  ['MySQL', mysql, NO_MYSQL],
] as const) {
  describe(`A rotation on ${server?.version ?? name}`, { skip: server ? false : missing }, () => {
    it('killed between any two of its steps, or at any moment, leaves an account that works, and goes on', async (t) => {
      const { folder, city, command, open, account } = await home(t, server!)
      const list = join(folder, 'moments.json')
      const undisturbed = await command(['secret', 'rotate', 'mysql', '--json'], {
        NODE_OPTIONS: KILLING,
        BLOTTER_TEST_MOMENTS: list,
      })
      assert.equal(undisturbed.code, 0, undisturbed.out + undisturbed.err)
      const moments = JSON.parse(readFileSync(list, 'utf8')) as string[]
      assert.equal(await account(), `${city.reader}_clone`)
      // The first rotation also makes the second account; those that are killed are like the next one, and may have fewer moments.
      assert.equal(
        (await command(['secret', 'rotate', 'mysql'], { NODE_OPTIONS: KILLING, BLOTTER_TEST_MOMENTS: list })).code,
        0,
      )
      const later = (JSON.parse(readFileSync(list, 'utf8')) as string[]).length
      const commits = moments.filter((one) => one === 'COMMIT').length
      // Each step ends with a commit of the journal; before it the step is done and not noted, after it the next one begins.
      const between = Array.from({ length: commits }, (_, i) => `COMMIT ${i + 1}`)
      const random = randomOf(SEED)
      const anywhere = Array.from({ length: KILLS }, () => String(1 + Math.floor(random() * later)))
      assert.ok(commits >= 7 && moments.length > 30, JSON.stringify(moments))
      let inUse = await account()
      assert.equal(inUse, city.reader)
      for (const moment of [...between, ...anywhere]) {
        const what = `seed ${SEED}, moment ${moment} of ${moments.length}`
        const killed = await command(['secret', 'rotate', 'mysql'], killedAt(moment))
        assert.equal(killed.signal, 'SIGKILL', `${what}: ${killed.out}${killed.err}`)
        const after = await account()
        const other = inUse === city.reader ? `${city.reader}_clone` : city.reader
        assert.ok(after === inUse || after === other, what)
        const report = await (await open()).secretRotate('mysql')
        // The rotation that was killed goes on; one that was killed after its end is followed by another.
        assert.equal(report.account, after === inUse ? other : inUse, what)
        inUse = await account()
        assert.equal(inUse, report.account, what)
      }
    })

    it('twice over while an extraction is under way does not break it', async (t) => {
      const proxy = await holdingProxy(t, server!)
      const { folder, city, open } = await home(t, server!, { rows: 20_000, port: proxy.port })
      const run = startBlotter(['run', '--json'], { cwd: folder })
      await proxy.holds
      const platform = await open()
      // The account that the extraction logged in under has another password after the second one.
      assert.equal((await platform.secretRotate('mysql')).account, `${city.reader}_clone`)
      assert.equal((await platform.secretRotate('mysql')).account, city.reader)
      proxy.release()
      const ended = await run.ended
      assert.equal(ended.code, 0, ended.out + ended.err)
      const report = documentOf<RunDocument>(ended)
      assert.equal(report.rows.read, 20_000)
      assert.equal(report.steps[0]?.attempts, 1)
    })
  })
}

describe('Two rotations at a time', { skip: maria ? false : NO_MARIADB }, () => {
  it('are one: the other process says that it is under way, and changes nothing', async (t) => {
    const proxy = await holdingProxy(t, maria!, { fromBytes: 0 })
    const { folder, city, command } = await home(t, maria!, { port: proxy.port })
    const first = startBlotter(['secret', 'rotate', 'mysql', '--json'], { cwd: folder })
    await proxy.holds
    const second = await command(['secret', 'rotate', 'mysql', '--json'])
    assert.equal(second.code, 1)
    assert.match(second.out, /"code": "rotation_running"/)
    proxy.release()
    const ended = await first.ended
    assert.equal(ended.code, 0, ended.out + ended.err)
    assert.equal(documentOf<{ account: string }>(ended).account, `${city.reader}_clone`)
  })
})

/** Passes everything on, but holds back what the server sends on the first connection that has sent so much. */
async function holdingProxy(t: TestContext, server: DatabaseServer, { fromBytes = 200_000 } = {}) {
  const holding = Promise.withResolvers<void>()
  const sockets = new Set<Socket>()
  let held: Socket | undefined
  let released = false
  const proxy: Server = createServer((client) => {
    const upstream = connect(server.port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    let bytes = 0
    client.pipe(upstream)
    client.on('close', () => upstream.destroy())
    upstream.on('data', (chunk: Buffer) => {
      client.write(chunk)
      bytes += chunk.length
      if (released || held || bytes <= fromBytes) return
      held = upstream
      upstream.pause()
      holding.resolve()
    })
    upstream.on('end', () => client.end())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  const release = (): void => {
    released = true
    held?.resume()
  }
  return { port: (proxy.address() as { port: number }).port, holds: holding.promise, release }
}

/** Mulberry32: the same moments for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
