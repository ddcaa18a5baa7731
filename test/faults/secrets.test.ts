import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { documentOf, type Ended, type ErrorDocument } from './blotter.ts'
import { type FaultyCity, makeFaultyCity } from './city.ts'

const CANARY = 'kanarienvogel-7f3a:@/?#'
const FORMS = [CANARY, encodeURIComponent(CANARY), Buffer.from(CANARY).toString('base64'), 'kanarienvogel']

describe('A password', () => {
  let city: FaultyCity
  let server: Server
  let port: number
  before(async () => {
    city = await makeFaultyCity()
    // A server that lets nobody in, as MySQL says it before a word was spoken (ERR_Packet).
    server = createServer((socket) => {
      const said = Buffer.from('Access denied for this host')
      const body = Buffer.concat([Buffer.from([0xff, 0x15, 0x04]), Buffer.from('#28000'), said])
      socket.on('error', () => {})
      socket.end(Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body]))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as { port: number }).port
  })
  after(async () => {
    server.close()
    await city[Symbol.asyncDispose]()
  })

  it('is in no output and in no file, whatever fails', async () => {
    const url = `mysql://blotter@127.0.0.1:${port}/chicago?table=crimes`
    const env = { BLOTTER_SOURCE_PASSWORD: CANARY }
    const shown = [
      await city.run(['--source', url], env),
      await city.run(['--source', url, '--debug'], env),
      await city.blotter('runs', 'show', '--json'),
      await city.blotter('runs', 'list'),
    ]
    assert.equal(shown[0]!.code, 1, shown[0]!.out + shown[0]!.err)
    assert.match(documentOf<ErrorDocument>(shown[0]!).error.code, /^source_/)
    await holdsNo(city, shown)
  })

  it('that stands in the URL is refused without being repeated', async () => {
    const url = `mysql://blotter:${encodeURIComponent(CANARY)}@127.0.0.1:${port}/chicago?table=crimes`
    const shown = [await city.run(['--source', url]), await city.run(['--source', url, '--debug'])]
    assert.equal(shown[0]!.code, 2)
    await writeFile(join(city.folder, 'blotter.yaml'), `source: { url: "${url}" }\n`)
    shown.push(await city.blotter('doctor', '--json'), await city.blotter('run'))
    assert.equal(shown.at(-1)!.code, 2)
    await writeFile(join(city.folder, 'blotter.yaml'), `source: { password: "${CANARY}" }\n`)
    shown.push(await city.blotter('run'))
    assert.equal(shown.at(-1)!.code, 2)
    await writeFile(join(city.folder, 'blotter.yaml'), '')
    await holdsNo(city, shown)
  })

  it('of a file source or in a strange variable is not printed either', async () => {
    await city.publish(0)
    const env = { BLOTTER_SOURCE_PASSWORD: CANARY, BLOTTER_SECRET_MYSQL: CANARY, BLOTTER_PASSWROD: CANARY }
    const shown = [await city.run(['--debug'], env)]
    assert.equal(shown[0]!.code, 0, shown[0]!.out + shown[0]!.err)
    await holdsNo(city, shown)
  })
})

async function holdsNo(city: FaultyCity, shown: readonly Ended[]): Promise<void> {
  for (const { out, err } of shown) {
    for (const form of FORMS) assert.ok(!out.includes(form) && !err.includes(form), `${form} is in ${out}${err}`)
  }
  const entries = await readdir(city.folder, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name)
    const bytes = await readFile(path)
    for (const form of FORMS) assert.ok(!bytes.includes(form), `${form} is in ${path}`)
  }
}
