import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { BlotterError } from '../../../src/errors.ts'
import type { Asked, Misbehaviour } from '../../services/socrata.ts'
import { NEVER, openWorkbench } from '../contract.ts'
import { openTest, startTrees, type TestOptions } from './trees.ts'

const isRows = ({ parameters }: Asked): boolean => parameters.has('$order')

interface Trial {
  rows: number
  asked: Asked[]
  seconds: number
}

interface TrialOptions extends TestOptions {
  from?: number
  often?: number
  /** Not only answers with rows are bad. */
  everywhere?: boolean
  format?: string
}

/** Extracts 50 trees, ten at a time, from a portal whose `bad`th answer with rows, and so many behind it, are bad. */
async function extract(bad: Misbehaviour, options: TrialOptions = {}): Promise<Trial> {
  const { from = 3, often = Infinity, everywhere = false, format = 'json', ...source } = options
  await using server = await startTrees(50)
  let rowRequests = 0
  server.misbehave = (asked) => {
    if (!everywhere && !isRows(asked)) return undefined
    rowRequests++
    return rowRequests >= from && rowRequests < from + often ? bad : undefined
  }
  await using bench = await openWorkbench()
  const begin = performance.now()
  await using view = await openTest(server, { page: '10', format }, source).open(NEVER)
  const extracted = await view.extract({ stage: bench.stage, signal: NEVER, progress: () => {} })
  const ids = (await bench.read(extracted)).map((row) => row['id'])
  assert.deepEqual(
    ids,
    Array.from({ length: 50 }, (_, i) => String(i + 1)),
  )
  return { rows: extracted.rows, asked: server.asked.filter(isRows), seconds: (performance.now() - begin) / 1000 }
}

const HTML = '<html><head><title>x</title><style>p {}</style></head><body><h1>503</h1><p>We are  down</p></body></html>'

describe('A portal in trouble for a moment', () => {
  const passing: Record<string, Misbehaviour> = {
    throttles: { status: 429, headers: { 'Retry-After': '0' }, body: '{"message":"Too many requests"}' },
    'fails with a web page': { status: 503, headers: { 'Content-Type': 'text/html' }, body: HTML },
    'fails without a word': { status: 500 },
    'is still at work on the answer': { status: 202 },
    'cuts the connection at once': { cutAfterBytes: 0 },
    'cuts the connection in the midst of a page': { cutAfterBytes: 300 },
    'stops in the midst of a page': { stallAfterBytes: 300 },
    'gives malformed JSON': { body: (right) => right.replace('{', '{{') },
    'gives half of a page': { body: (right) => right.slice(0, right.length / 2) },
    'says 200 and means 503': { status: 200, headers: { 'Content-Type': 'text/html' }, body: HTML },
    'says 206 and gives a part': { status: 206, body: '[]' },
    'calls a web page JSON': { status: 200, headers: { 'Content-Type': 'application/json' }, body: HTML },
    'gives rows without their identifier': { body: (right) => right.replaceAll('":id"', '"id2"') },
    'gives an empty page': { rows: () => [] },
    'gives the first page again': { rows: (_, all) => all.slice(10, 20) },
    'gives rows of the page before too': { rows: (right, all) => [...all.slice(15, 20), ...right] },
    'gives a row twice': { rows: (right) => [...right, right[0]!] },
    'gives fewer rows than it has': { rows: (right) => right.slice(0, 3) },
  }
  for (const [what, bad] of Object.entries(passing)) {
    it(`gives every row once, although it ${what}`, async () => {
      const { rows, asked } = await extract(bad, { often: 2 })
      assert.equal(rows, 50)
      assert.ok(asked.length >= 5)
    })
  }

  it('gives every row once in CSV too, although it cuts it inside a row', async () => {
    await extract({ body: (right) => right.slice(0, right.lastIndexOf(',')) }, { format: 'csv', often: 2 })
    await extract({ body: (right) => `${right.split('\n').slice(0, 4).join('\n')}\n` }, { format: 'csv', often: 1 })
  })

  it('is left alone for as long as it asks', async () => {
    const { seconds } = await extract({ status: 429, headers: { 'Retry-After': '1' } }, { often: 1 })
    assert.ok(seconds >= 1, `${seconds} s`)
    const date = { status: 503, headers: { 'Retry-After': 'Mon, 23 Nov 2026 12:00:01 GMT' } }
    assert.ok((await extract(date, { often: 1, now: '2026-11-23T12:00:00Z' })).seconds >= 1)
  })
})

describe('A portal that does not get over it', () => {
  const lasting: Record<string, [Misbehaviour, string, RegExp]> = {
    'throttles for ever': [
      { status: 429, body: '{"message":"Slow down"}' },
      'source_unreachable',
      /too many requests.*Slow down.*tried 6 times/,
    ],
    'asks to wait for an hour': [
      { status: 429, headers: { 'Retry-After': '3600' } },
      'source_unreachable',
      /asks to wait 3600 s; tried once/,
    ],
    'answers 500 for ever': [{ status: 500, body: HTML }, 'source_unreachable', /500, “x 503 We are down”; tried 6 times/],
    'answers 403': [
      { status: 403, body: '{"code":"permission_denied","message":"Invalid app_token specified"}' },
      'source_refused',
      /Invalid app_token/,
    ],
    'answers 404': [
      { status: 404, body: '{"message":"Not found"}' },
      'source_table_missing',
      /no dataset test-data at 127\.0\.0\.1.*Not found/,
    ],
    'answers 418': [{ status: 418 }, 'source_refused', /418/],
    'answers 203': [
      { status: 203, body: '[]' },
      'source_answer_unreadable',
      /it answered 203 instead of 200; tried 6 times/,
    ],
    'cuts each page': [{ cutAfterBytes: 100 }, 'source_lost', /broke off.*tried 6 times/],
    'never answers': [{ silent: true }, 'source_unreachable', /no answer in time; tried 6 times/],
    'never ends its answer': [{ stallAfterBytes: 100 }, 'source_lost', /stood still; tried 6 times/],
    'gives malformed JSON': [{ body: () => '[{"id":' }, 'source_answer_unreadable', /it is cut.*It begins: “\[\{"id":”/],
    'gives a web page': [
      { status: 200, headers: { 'Content-Type': 'text/html' }, body: HTML },
      'source_answer_unreadable',
      /it is a web page; tried 6 times.*x 503 We are down/,
    ],
    'gives text of another encoding': [
      { status: 200, body: '[{"id":"\x80"}]' },
      'source_answer_unreadable',
      /row 1 has no :id/,
    ],
    'gives empty pages in the midst': [{ rows: () => [] }, 'source_lost', /gave an empty page after 20 of 50 rows/],
    'gives one page over and over': [
      { rows: (_, all) => all.slice(10, 20) },
      'source_lost',
      /gave the same page again after 20 of 50/,
    ],
    'gives rows of long ago again': [
      { rows: (_, all) => all.slice(0, 10) },
      'source_lost',
      /rows again that it had given before/,
    ],
    'sends its readers to another host': [
      { status: 302, headers: { Location: 'http://elsewhere.example.org/' } },
      'source_refused',
      /elsewhere \(http:\/\/elsewhere\.example\.org\)/,
    ],
    'sends its readers in circles': [
      { status: 301, headers: { Location: '/resource/test-data.json?$order=:id' } },
      'source_refused',
      /elsewhere/,
    ],
  }
  for (const [what, [bad, code, message]] of Object.entries(lasting)) {
    it(`is an error that says so where it ${what}`, async () => {
      const patience = { answerMs: 60, idleMs: 60 }
      await assert.rejects(extract(bad, { patience }), (error) => {
        assert.ok(error instanceof BlotterError)
        assert.equal(error.code, code, error.message)
        assert.match(error.message, message)
        assert.match(error.message + error.todo, /othing was (committed|read)|Check|thrown away/)
        return true
      })
    })
  }

  it('is waited for as long as the patience lasts, not longer', async () => {
    const patience = { attempts: 1000, totalMs: 200, capMs: 20 }
    const begin = performance.now()
    await assert.rejects(extract({ status: 500 }, { patience }), { code: 'source_unreachable' })
    assert.ok(performance.now() - begin < 2500)
  })

  it('may say 403 and 404 at once', async () => {
    const at = { from: 1, everywhere: true }
    await assert.rejects(extract({ status: 403, body: '{"message":"private"}' }, at), { code: 'source_refused' })
    await assert.rejects(extract({ status: 404, body: 'no' }, at), { code: 'source_table_missing' })
    await assert.rejects(extract({ status: 200, body: '{"name":"A map","columns":[]}' }, at), {
      code: 'source_table_missing',
    })
    await assert.rejects(extract({ status: 200, body: '[]' }, at), { code: 'source_answer_unreadable' })
  })
})

describe('A request to a portal', () => {
  it('carries the app token as a header and nowhere else, also behind a redirect within the host', async () => {
    await using server = await startTrees(3)
    server.misbehave = ({ path, n }) =>
      n === 1
        ? { status: 307, headers: { Location: `${path}?moved=1` } }
        : n === 7
          ? { status: 403, body: 'bad token s3cr3t' }
          : undefined
    const source = openTest(server, {}, { token: 's3cr3t' })
    await using bench = await openWorkbench()
    await using view = await source.open(NEVER)
    await view.extract({ stage: bench.stage, signal: NEVER, progress: () => {} })
    assert.ok(server.asked.length >= 4)
    for (const { headers, path, parameters } of server.asked) {
      assert.equal(headers['x-app-token'], 's3cr3t')
      assert.doesNotMatch(`${path}${parameters}`, /s3cr3t/)
    }
    assert.doesNotMatch(source.url, /s3cr3t/)
    const told = (error: BlotterError): boolean =>
      !JSON.stringify([error.message, error.todo, error.context]).includes('s3cr3t')
    await assert.rejects(
      source.describe(NEVER),
      (error) => error instanceof BlotterError && told(error) && error.code === 'source_refused',
    )
  })

  it('is not made with a token that no header can carry', async () => {
    await using server = await startTrees(1)
    assert.throws(
      () => openTest(server, {}, { token: 'two\nlines' }),
      (error) => {
        assert.ok(error instanceof BlotterError && error.code === 'source_refused')
        assert.doesNotMatch(error.message, /two/)
        return true
      },
    )
  })

  it('fails at once where nobody listens', async () => {
    const server = await startTrees(1)
    await server[Symbol.asyncDispose]()
    await assert.rejects(openTest(server).open(NEVER), (error) => {
      assert.ok(error instanceof BlotterError && error.code === 'source_unreachable')
      assert.match(error.message, /ECONNREFUSED; tried once/)
      return true
    })
  })

  it('is stopped within a second, whatever it waits for', async () => {
    for (const bad of [
      { silent: true },
      { stallAfterBytes: 40 },
      { status: 429, headers: { 'Retry-After': '2' } },
    ] as const) {
      await using server = await startTrees(5)
      await using bench = await openWorkbench()
      const stop = new AbortController()
      await using view = await openTest(server).open(stop.signal)
      let at = 0
      server.misbehave = () => {
        setTimeout(() => {
          at = performance.now()
          stop.abort()
        }, 50)
        return bad
      }
      const extraction = view.extract({ stage: bench.stage, signal: stop.signal, progress: () => {} })
      await assert.rejects(extraction, { code: 'interrupted' })
      assert.ok(performance.now() - at < 500)
    }
  })

  it('refuses an answer without end', async () => {
    const endless: Server = createServer((_, response) => {
      const piece = Buffer.alloc(8 << 20, ' ')
      const more = (): void => void (response.destroyed || response.write(piece, more))
      more()
    })
    endless.listen(0, '127.0.0.1')
    await once(endless, 'listening')
    await using server = await startTrees(1)
    const { port } = endless.address() as AddressInfo
    const url = server.url().replace(/:\d+/, `:${port}`)
    try {
      await assert.rejects(openTest({ ...server, url: () => url }).open(NEVER), (error) => {
        assert.ok(error instanceof BlotterError && error.code === 'source_answer_unreadable')
        assert.match(error.message, /longer than 256 MiB/)
        return true
      })
    } finally {
      endless.closeAllConnections()
      endless.close()
    }
  })
})
