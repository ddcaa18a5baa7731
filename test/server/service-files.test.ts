import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { CONFIG_KEYS } from '../../src/config/keys.ts'

const ROOT = new URL('../../', import.meta.url)
const example = (name: string): string => readFileSync(new URL(`examples/${name}`, ROOT), 'utf8')

const hasAnalyze = ((): boolean => {
  try {
    return execFileSync('systemd-analyze', ['--version']).length > 0
  } catch {
    return false
  }
})()

/** Variables of Blotter's that a text sets. */
function variablesIn(text: string): string[] {
  return [...text.matchAll(/\b(BLOTTER_\w+)=/g)].map(([, name]) => name!.replace(/_FILE$/, ''))
}

describe('The files for services', () => {
  it(
    'have a unit that systemd takes without a complaint',
    { skip: hasAnalyze ? false : 'systemd-analyze is missing: install systemd' },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
      try {
        // The program has to be there for systemd to be content; nothing of it is run.
        const program = join(folder, 'bin', 'blotter')
        await mkdir(join(folder, 'bin'))
        await writeFile(program, '#!/bin/sh\n')
        await chmod(program, 0o755)
        const unit = join(folder, 'blotter.service')
        await writeFile(unit, example('blotter.service').replace('/usr/lib/blotter/bin/blotter', program))
        const { stdout, stderr } = await promisify(execFile)('systemd-analyze', ['verify', '--man=no', unit])
        const own = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('blotter'))
        assert.deepEqual(own, [])
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  )

  it('have a unit that serves, stops gracefully and keeps the password off the command line', () => {
    const unit = example('blotter.service')
    assert.match(unit, /^ExecStart=\S+\/bin\/blotter serve /m)
    assert.match(unit, /^KillSignal=SIGTERM$/m)
    assert.match(unit, /^LoadCredential=mysql:/m)
    assert.doesNotMatch(unit, /PASSWORD=/)
  })

  it('have a container file that copies what is there, and whose command exists', () => {
    const lines = example('Containerfile')
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter((line) => /^[A-Z]+ /.test(line))
    const known = [
      'FROM',
      'WORKDIR',
      'COPY',
      'RUN',
      'USER',
      'VOLUME',
      'ENV',
      'EXPOSE',
      'STOPSIGNAL',
      'HEALTHCHECK',
      'ENTRYPOINT',
      'CMD',
    ]
    for (const line of lines) assert.ok(known.includes(line.split(' ')[0]!), line)
    assert.equal(lines[0]?.split(' ')[0], 'FROM')
    const copied = lines.filter((line) => /^COPY (?!--from)/.test(line)).flatMap((line) => line.split(/\s+/).slice(1, -1))
    for (const path of copied) assert.ok(existsSync(new URL(path, ROOT)), path)
    for (const needed of ['bin', 'scripts', 'src', 'pipelines', 'web', 'package.json', 'package-lock.json'])
      assert.ok(copied.includes(needed), needed)
    assert.ok(lines.includes('COPY --from=pages /usr/lib/blotter/web/dist web/dist'))
    for (const line of lines.filter((one) => /^(?:ENTRYPOINT|CMD) /.test(one))) {
      assert.ok(Array.isArray(JSON.parse(line.replace(/^\w+ /, ''))), line)
    }
    assert.match(example('Containerfile'), /^USER node$/m)
  })

  it('set only variables that the configuration has', () => {
    const known = CONFIG_KEYS.map((key) => key.variable)
    for (const name of ['blotter.service', 'Containerfile']) {
      const set = variablesIn(example(name))
      assert.ok(set.length > 0)
      for (const variable of set) assert.ok(known.includes(variable), `${name}: ${variable}`)
    }
  })
})
