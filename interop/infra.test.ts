import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { EVERYTHING } from '../infra/test/everything.ts'
import { prepareAirflow } from './airflow-environment.ts'
import { pythonEnvironment } from './python-environment.ts'

const infra = join(import.meta.dirname, '..', 'infra')

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
    const env = { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(EVERYTHING) }
    // Nothing may be asked of an account or of the network.
    const { code, said } = await ran(process.execPath, ['bin/blotter.ts'], { ...env, AWS_EC2_METADATA_DISABLED: 'true' })
    assert.equal(code, 0, said.slice(-4000))
    templates = readdirSync(folder).filter((name) => name.endsWith('.template.json'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('have types that hold', async () => {
    const { code, said } = await ran(process.execPath, ['../node_modules/typescript/bin/tsc', '-p', '.'])
    assert.equal(code, 0, said)
  })

  it('are synthesised offline, with no finding of cdk-nag that is not explained', () => {
    assert.equal(templates.length, 10)
  })

  it('pass their own assertions', async () => {
    // A test within a test is skipped, unless it does not know.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const { code, said } = await ran(process.execPath, ['--test', '--test-concurrency=1', 'test/*.test.ts'], env)
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

  for (const major of [2, 3] as const) {
    it(`have Airflow ${major} find the source by the very secret that rotates, in the words of RDS`, async () => {
      // As `AWS::SecretsManager::SecretTargetAttachment` and AWS's rotation for two users write it.
      const secret = {
        username: 'blotter_ro_clone',
        password: 'of-the-second-user',
        engine: 'mysql',
        host: 'db.example.org',
        port: 3306,
        dbname: 'chicago',
        dbInstanceIdentifier: 'mysql',
        masterarn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:admin',
      }
      const asked: unknown[] = []
      const server = createServer((request, answer) => {
        void text(request).then((body) => {
          asked.push((JSON.parse(body) as { SecretId: string }).SecretId)
          answer.end(JSON.stringify({ SecretString: JSON.stringify(secret) }))
        })
      })
      await once(server.listen(0, '127.0.0.1'), 'listening')
      try {
        const { bin } = await prepareAirflow(major)
        const { port } = server.address() as AddressInfo
        const where = { region_name: 'us-east-1', endpoint_url: `http://127.0.0.1:${port}` }
        const kwargs = JSON.stringify({
          ...(JSON.parse(optionsOf('Airflow')['secrets.backend_kwargs']!) as object),
          ...where,
        })
        const script = join(import.meta.dirname, 'airflow', 'connection.py')
        const env = { PATH: bin, HOME: folder, AIRFLOW_HOME: folder, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' }
        const { code, said } = await ran(join(bin, 'python'), [script, kwargs, 'blotter_source'], env)
        assert.equal(code, 0, said.slice(-4000))
        assert.deepEqual(asked, ['airflow/connections/blotter_source'])
        const told = JSON.parse(/^\{.*\}$/m.exec(said)?.[0] ?? said) as object
        assert.deepEqual(told, {
          conn_type: 'mysql',
          host: 'db.example.org',
          port: 3306,
          login: 'blotter_ro_clone',
          password: 'of-the-second-user',
          schema: 'chicago',
          extra: {},
        })
      } finally {
        server.close()
      }
    })
  }

  function optionsOf(stack: string): Record<string, string> {
    const template = JSON.parse(readFileSync(join(folder, `Blotter${stack}.template.json`), 'utf8')) as {
      Resources: Record<string, { Type: string; Properties: { AirflowConfigurationOptions: Record<string, string> } }>
    }
    const found = Object.values(template.Resources).find(({ Type }) => Type === 'AWS::MWAA::Environment')
    return found!.Properties.AirflowConfigurationOptions
  }
})
