import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openMysqlSource } from '../../../../src/source/mysql/source.ts'
import type { ExtractOptions, Stage } from '../../../../src/source/source.ts'
import { NO_MARIADB, startMariaDb } from '../../../services/mariadb.ts'
import { NEVER, openWorkbench } from '../../contract.ts'

const server = await startMariaDb()
after(() => server?.stop())
if (server) {
  await server.admin(
    `CREATE DATABASE city; USE city; CREATE TABLE wide (id BIGINT PRIMARY KEY, t VARCHAR(200), at DATETIME);
     INSERT INTO wide SELECT seq, REPEAT('x', 200), '2024-03-10 02:30:00' FROM seq_1_to_100000`,
  )
}

type Sink = Awaited<ReturnType<NonNullable<Stage['columnSink']>>>

/** The stage with something done before each block is put, and whether its sink was given up. */
function watched(stage: Stage, change: (sink: Sink) => Partial<Sink>): Stage & { abandoned: boolean } {
  const result = {
    ...stage,
    abandoned: false,
    async columnSink(...args: Parameters<NonNullable<Stage['columnSink']>>): Promise<Sink> {
      const sink = await stage.columnSink!(...args)
      const abandon = (): Promise<void> => {
        result.abandoned = true
        return sink.abandon()
      }
      return { ...sink, abandon, ...change(sink) }
    },
  }
  return result
}

function sourceAt(url: string, password: string) {
  return openMysqlSource(url, { table: 'wide', password })
}

const lost = { code: 'source_lost', remedy: 'retry', message: /What was read is thrown away/ }
const optionsOf = (stage: Stage, signal = NEVER): ExtractOptions => ({ stage, signal, progress: () => {} })

describe('The fast reader', { skip: server ? false : NO_MARIADB }, () => {
  const source = () => sourceAt(server!.url('city', 'wide'), server!.password)

  it('reads no further than there are blocks while the engine is busy, and goes on where it stopped', async () => {
    await using bench = await openWorkbench()
    const go = Promise.withResolvers<void>()
    let puts = 0
    const stage = watched(bench.stage, (sink) => ({
      take: () => (puts < 3 ? sink.take() : go.promise.then(() => sink.take())),
      put: (...args) => {
        puts++
        sink.put(...args)
      },
    }))
    await using view = await source().open(NEVER)
    const extraction = view.extract(optionsOf(stage))
    await sleep(500)
    assert.equal(puts, 3)
    const [waiting] = await server!.admin(
      "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE state LIKE 'Writing to net'",
    )
    assert.equal(Number(waiting!['n']), 1, 'the server waits too')
    go.resolve()
    assert.equal((await extraction).rows, 100_000)
  })

  it('gives up when the engine cannot go on, and says why', async () => {
    await using bench = await openWorkbench()
    const full = Object.assign(new Error('No space left on device'), { code: 'ENOSPC' })
    let takes = 0
    const stage = watched(bench.stage, (sink) => ({ take: () => (++takes > 2 ? Promise.reject(full) : sink.take()) }))
    await using view = await source().open(NEVER)
    await assert.rejects(view.extract(optionsOf(stage)), full)
    assert.equal(stage.abandoned, true)
    assert.deepEqual(await readdir(bench.stage.folder), [])
  })

  it('fails when the server dies half-way, with nothing left of what was staged', async () => {
    const mortal = (await startMariaDb())!
    await mortal.admin(
      'CREATE DATABASE city; USE city; CREATE TABLE wide (id INT PRIMARY KEY, t VARCHAR(200));' +
        "INSERT INTO wide SELECT seq, REPEAT('x', 200) FROM seq_1_to_200000",
    )
    await using bench = await openWorkbench()
    const stage = watched(
      bench.stage,
      atPut(() => void mortal.stop()),
    )
    await using view = await sourceAt(mortal.url('city', 'wide'), mortal.password).open(NEVER)
    await assert.rejects(view.extract(optionsOf(stage)), lost)
    assert.equal(stage.abandoned, true)
    assert.deepEqual(await readdir(bench.stage.folder), [])
  })

  it('fails when its query is killed half-way', async () => {
    await using bench = await openWorkbench()
    const kill = async (): Promise<void> => {
      const [row] = await server!.admin("SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT t.`id`%'")
      await server!.admin(`KILL QUERY ${row!['id']}`)
    }
    const killed = Promise.withResolvers<void>()
    let puts = 0
    const stage = watched(bench.stage, (sink) => ({
      take: () => (puts === 1 ? killed.promise.then(() => sink.take()) : sink.take()),
      put(...args) {
        if (puts++ === 0) void kill().then(killed.resolve, killed.reject)
        sink.put(...args)
      },
    }))
    await using view = await source().open(NEVER)
    await assert.rejects(view.extract(optionsOf(stage)), lost)
  })

  it('fails when the connection is cut in the middle of a packet', async () => {
    await using proxy = await cuttingProxy(server!.port, 1_000_001)
    await using bench = await openWorkbench()
    const url = `mysql://${server!.user}@127.0.0.1:${proxy.port}/city?table=wide&tls=off`
    await using view = await sourceAt(url, server!.password).open(NEVER)
    await assert.rejects(view.extract(optionsOf(bench.stage)), lost)
    assert.deepEqual(await readdir(bench.stage.folder), [])
  })

  it('says that a table was altered since its snapshot', async () => {
    await server!.admin('CREATE TABLE city.altered (id INT PRIMARY KEY, n INT)')
    await using bench = await openWorkbench()
    await using view = await sourceAt(server!.url('city', 'altered'), server!.password).open(NEVER)
    await server!.admin('ALTER TABLE city.altered DROP COLUMN n, ADD COLUMN m INT, ALGORITHM = COPY')
    await assert.rejects(view.extract(optionsOf(bench.stage)), { code: 'source_changed', remedy: 'retry' })
  })

  it('stops the server’s work too when it is interrupted, even where the server has nothing to say yet', async () => {
    await server!.admin(
      'CREATE TABLE city.slow (id INT PRIMARY KEY); INSERT INTO city.slow VALUES (1)'.replace('; ', '; USE city; '),
    )
    await using bench = await openWorkbench()
    const interrupt = new AbortController()
    const slow = sourceAt(server!.url('city', 'slow'), server!.password)
    const view = await slow.open(interrupt.signal)
    const running =
      "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE info LIKE 'SELECT COUNT(*) AS rows_counted FROM%slow%'"
    const holder = server!.admin('LOCK TABLES city.slow WRITE; SELECT SLEEP(3)')
    await sleep(200)
    const extraction = view.extract(optionsOf(bench.stage, interrupt.signal))
    extraction.catch(() => {})
    await sleep(200)
    assert.equal(Number((await server!.admin(running))[0]!['n']), 1)
    const began = performance.now()
    interrupt.abort()
    await assert.rejects(extraction, { code: 'interrupted' })
    await view[Symbol.asyncDispose]()
    assert.ok(performance.now() - began < 1000)
    assert.equal(Number((await server!.admin(running))[0]!['n']), 0)
    await holder
  })

  it('reads over TLS what it reads without', async () => {
    await using bench = await openWorkbench()
    const url = `${server!.url('city', 'wide')}&tls=verify&ca=${encodeURIComponent(server!.tls.ca)}`
    await using view = await sourceAt(url, server!.password).open(NEVER)
    const { rows, parts } = await view.extract(optionsOf(bench.stage))
    assert.equal(rows, 100_000)
    const [sum] = await bench.engine.rows(`SELECT sum(id) AS ids, sum(strlen(t)) AS bytes FROM '${parts[0]!.files[0]}'`)
    assert.deepEqual(sum, { ids: 5_000_050_000n, bytes: 20_000_000n })
  })

  it('goes on with the same connection after a result, for sweeps and fetches', async () => {
    await using bench = await openWorkbench()
    await using view = await source().open(NEVER)
    const options = optionsOf(bench.stage)
    assert.equal((await view.sweep!({ ...options, key: 'id', cursor: 'at' })).rows, 100_000)
    async function* keys(): AsyncGenerator<bigint[]> {
      yield [1n, 99_999n]
    }
    assert.equal((await view.fetch!({ ...options, key: 'id', keys: keys() })).rows, 2)
    assert.equal((await view.extract(options)).rows, 100_000)
  })
})

function atPut(act: () => void): (sink: Sink) => Partial<Sink> {
  let first = true
  return (sink) => ({
    put(...args) {
      if (first) act()
      first = false
      sink.put(...args)
    },
  })
}

/** Passes bytes on to a server, and cuts the connection once so many came back. */
async function cuttingProxy(port: number, limitBytes: number): Promise<{ port: number } & AsyncDisposable> {
  const proxy: Server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    let bytes = 0
    client.pipe(upstream)
    upstream.on('data', (chunk) => {
      const some = chunk.subarray(0, limitBytes - bytes)
      bytes += some.length
      client.write(some, () => bytes >= limitBytes && client.destroy())
    })
    for (const socket of [client, upstream])
      socket.on('error', () => {}).on('close', () => (client.destroy(), upstream.destroy()))
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const address = proxy.address() as { port: number }
  return { port: address.port, [Symbol.asyncDispose]: async () => void proxy.close() }
}
