import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { pythonEnvironment } from './python-environment.ts'
import { blotter, serve, type ServedLake } from './served-lake.ts'

const timeout = 15 * 60_000
const pins = join(import.meta.dirname, 'api')
/** What answers are held to: never a fault of the server’s, and always what the document says of them. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
]

describe('Requests that schemathesis makes up out of the API’s own document', { timeout }, () => {
  let folder = ''
  let served: ServedLake | undefined
  let program = ''
  let token = ''

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blotter-interop-'))
    const lake = join(folder, 'lake')
    for (const day of [0, 1]) await blotter('run', '--source', `demo://chicago?rows=2000&seed=1&day=${day}`, '--lake', lake)
    served = await serve(lake)
    // Without the scope that begins and ends runs: those requests are made, and refused.
    token = await served.token('fuzz', 'api')
    program = join(await pythonEnvironment('api-fuzz', join(pins, 'requirements.txt')), 'bin', 'st')
  })
  after(async () => {
    await served?.end()
    await rm(folder, { recursive: true, force: true })
  })

  it('are answered as the document says, none by a fault', async () => {
    const url = new URL('/', served!.url)
    const headers = { authorization: `Bearer ${token}` }
    const answer = await fetch(new URL('/api/openapi.json', url), { headers })
    assert.equal(answer.status, 200)
    const document = join(folder, 'openapi.json')
    await writeFile(document, await answer.text())
    const { code, said } = await ran(folder, program, [
      ...['--config-file', join(pins, 'schemathesis.toml')],
      ...['run', document, '--url', url.href.replace(/\/$/, ''), '--header', `Authorization: ${headers.authorization}`],
      ...['--checks', CHECKS.join(','), '--phases', 'examples,coverage,fuzzing', '--max-examples', '10', '--seed', '1'],
      // News never end, and what starts a process for each request may take its time.
      ...['--exclude-path', '/api/v1/events', '--request-timeout', '70', '--no-color'],
    ])
    assert.equal(code, 0, said)
    const made = Number(/(\d+) generated/.exec(said)?.[1])
    assert.ok(made > 500, `only ${made} requests were made:\n${said}`)
    const after = await fetch(new URL('/readyz', url))
    assert.equal(after.status, 200)
  })
})

/** It keeps notes in the folder that it is run in. */
function ran(cwd: string, program: string, words: readonly string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(program, words, { cwd, timeout, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0
      resolve({ code, said: `${stdout}\n${stderr}` })
    })
  })
}
