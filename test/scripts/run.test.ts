import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { root } from '../tidy/source-file.ts'

const program = `
process.on('SIGTERM', () => process.exit(9))
const [how] = process.argv.slice(2)
const major = Number.parseInt(process.versions.node)
console.log(JSON.stringify({ arguments: process.argv.slice(2), cwd: process.cwd(), major }))
if (how === 'wait') setInterval(() => {}, 1000)
process.exitCode = how === 'fail' ? 7 : 0
`

/** A checkout in small: the launcher, the real packages, and a program that says how it was started. */
describe('The launcher', () => {
  let folder = ''
  let checkout = ''

  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'blotter-')))
    checkout = join(folder, 'a checkout')
    await mkdir(join(checkout, 'src', 'cli'), { recursive: true })
    for (const name of ['bin', 'scripts', 'package.json', 'package-lock.json']) {
      await cp(join(root, name), join(checkout, name), { recursive: true })
    }
    await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'))
    await writeFile(join(checkout, 'src', 'cli', 'main.ts'), program)
  })

  after(() => rm(folder, { recursive: true, force: true }))

  function start(command: string, args: readonly string[]) {
    return spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  }

  async function end(child: ReturnType<typeof start>): Promise<{ code: unknown; stdout: string; stderr: string }> {
    const closed = once(child, 'close')
    const [stdout, stderr] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()])
    const [code] = await closed
    return { code, stdout: stdout.join(''), stderr: stderr.join('') }
  }

  const launcher = (): string => join(checkout, 'scripts', 'run.mjs')
  const main = (): string => join(checkout, 'src', 'cli', 'main.ts')

  it('passes arguments and the working directory on, and says nothing of its own', async () => {
    const { code, stdout, stderr } = await end(start(process.execPath, [launcher(), main(), 'a', 'b c']))
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    const told = JSON.parse(stdout)
    assert.deepEqual({ arguments: told.arguments, cwd: told.cwd }, { arguments: ['a', 'b c'], cwd: folder })
    assert.ok(told.major >= 24)
  })

  it('hands on the exit code', async () => {
    assert.equal((await end(start(process.execPath, [launcher(), main(), 'fail']))).code, 7)
  })

  it('passes SIGTERM on and ends as the program ends', async () => {
    const child = start(process.execPath, [launcher(), main(), 'wait'])
    await once(child.stdout, 'readable')
    child.kill('SIGTERM')
    assert.equal((await end(child)).code, 9)
  })

  it('is found by bin/blotter through symbolic links, from any working directory', async () => {
    await symlink(join('a checkout', 'bin', 'blotter'), join(folder, 'first'))
    await symlink('first', join(folder, 'second'))
    const { code, stdout } = await end(start(join(folder, 'second'), ['fail', '--json']))
    assert.equal(code, 7)
    const told = JSON.parse(stdout)
    assert.deepEqual({ arguments: told.arguments, cwd: told.cwd }, { arguments: ['fail', '--json'], cwd: folder })
  })
})
