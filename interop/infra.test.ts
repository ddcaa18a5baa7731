import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { pythonEnvironment } from './python-environment.ts'

const infra = join(import.meta.dirname, '..', 'infra')
const everything = {
  loadFrom: 'socrata://data.example.org/abcd-1234',
  quicksightUser: 'arn:aws:quicksight:us-east-1:123456789012:user/default/admin',
}

/** What a program said, and its exit code. */
function ran(
  program: string,
  words: string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(program, words, { cwd: infra, env, timeout: 10 * 60_000, maxBuffer: 1 << 26 }, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? 1) || 1 : 0, said: out + err }),
    )
  })
}

describe('The stacks of AWS', { timeout: 15 * 60_000 }, () => {
  let folder: string
  let templates: string[]

  before(async () => {
    if (!existsSync(join(infra, 'node_modules', '.package-lock.json'))) {
      const npm = process.env.npm_execpath ?? join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js')
      const { code, said } = await ran(process.execPath, [npm, 'ci', '--no-audit', '--no-fund'])
      assert.equal(code, 0, said)
    }
    folder = mkdtempSync(join(tmpdir(), 'blotter-infra-'))
    const env = { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(everything) }
    // Nothing may be asked of an account or of the network.
    const { code, said } = await ran(process.execPath, ['bin/blotter.ts'], { ...env, AWS_EC2_METADATA_DISABLED: 'true' })
    assert.equal(code, 0, said.slice(-4000))
    templates = readdirSync(folder).filter((name) => name.endsWith('.template.json'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('are synthesised offline, with no finding of cdk-nag that is not explained', () => {
    assert.equal(templates.length, 10)
  })

  it('pass their own assertions', async () => {
    // A test within a test is skipped, unless it does not know.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const { code, said } = await ran(process.execPath, ['--test', 'test/access.test.ts', 'test/stacks.test.ts'], env)
    assert.equal(code, 0, said.slice(-6000))
    assert.match(said, /^ℹ fail 0$/m)
  })

  it('are clean to cfn-lint and to checkov', async () => {
    const python = await pythonEnvironment('infra-lint', join(infra, 'requirements.txt'))
    const lint = await ran(
      join(python, 'bin', 'cfn-lint'),
      templates.map((name) => join(folder, name)),
    )
    assert.equal(lint.code, 0, lint.said)
    const checkov = await ran(join(python, 'bin', 'checkov'), ['-d', folder, '--config-file', '.checkov.yaml'])
    assert.equal(checkov.code, 0, checkov.said.slice(-6000))
    assert.match(checkov.said, /Passed checks: \d{3}, Failed checks: 0/)
  })
})
