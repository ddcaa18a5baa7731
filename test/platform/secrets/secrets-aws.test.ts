import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { loadConfig } from '../../../src/config.ts'
import { silentLog } from '../../../src/log.ts'
import { openPlatform } from '../../../src/platform.ts'
import { readCity } from '../../services/accounts.ts'
import { NO_MARIADB, startMariaDb } from '../../services/mariadb.ts'
import { NO_MOTO, startMoto } from '../../services/moto.ts'

for (const name of Object.keys(process.env).filter((one) => one.startsWith('AWS_'))) delete process.env[name]
const [maria, moto] = await Promise.all([startMariaDb(), startMoto()])
after(() => Promise.all([maria?.stop(), moto?.stop()]))
// As a person would lead all of AWS's tools to another endpoint.
Object.assign(process.env, {
  AWS_ENDPOINT_URL_SECRETS_MANAGER: moto?.endpoint,
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example-of-a-key',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
})

const WATCH = { signal: new AbortController().signal, onEvent: () => {} }
const skip = maria ? (moto ? false : NO_MOTO) : NO_MARIADB

describe('Secrets of a source that AWS keeps', { skip }, () => {
  it('take turns there, and a rotation by AWS itself is followed', async (t) => {
    const city = await readCity(maria!)
    const folder = mkdtempSync(join(tmpdir(), 'blotter-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const env = {
      BLOTTER_SECRETS_BACKEND: 'aws',
      BLOTTER_SECRETS_REGION: 'us-east-2',
      BLOTTER_SOURCE_URL: city.url,
      BLOTTER_SOURCE_ROTATION_ADMIN_USER: maria!.user,
      BLOTTER_SOURCE_ROTATION_ADMIN_PASSWORD: maria!.password,
      BLOTTER_CONFIG: join(folder, 'blotter.yaml'),
    }
    const yaml = 'source: { password: secret://mysql }'
    const readFile = (path: string): string | undefined => (path.endsWith('blotter.yaml') ? yaml : undefined)
    await using platform = await openPlatform(loadConfig({ env, flags: {}, cwd: folder, readFile }), silentLog)
    assert.deepEqual(await platform.secretSet('mysql', city.password).then(({ name, from }) => [name, from]), [
      'mysql',
      'aws',
    ])
    for (const account of [`${city.reader}_clone`, city.reader]) {
      assert.equal((await platform.secretRotate('mysql')).account, account)
      assert.equal((await platform.run({ full: true }, WATCH)).rows.read, 3)
    }
    const client = new SecretsManagerClient({ region: 'us-east-2' })
    // moto's default is the version that was put last; AWS's is the current one.
    const current = new GetSecretValueCommand({ SecretId: 'blotter/mysql', VersionStage: 'AWSCURRENT' })
    const { SecretString: kept = '' } = await client.send(current)
    assert.notEqual(kept, city.password)
    assert.ok(!existsSync(join(folder, 'lake/.blotter/vault.json')))

    // As the Lambda of AWS's own alternating rotation leaves it.
    await maria!.admin(
      `CREATE USER 'by_aws'@'%' IDENTIFIED BY 'By-the-Lambda-1'; GRANT SELECT ON ${city.database}.crimes TO 'by_aws'@'%'`,
    )
    const SecretString = JSON.stringify({ username: 'by_aws', password: 'By-the-Lambda-1', engine: 'mysql' })
    await client.send(new PutSecretValueCommand({ SecretId: 'blotter/mysql', SecretString }))
    await maria!.admin(`DROP USER '${city.reader}'@'%'`)
    assert.equal((await platform.run({ full: true }, WATCH)).rows.read, 3)
  })
})
