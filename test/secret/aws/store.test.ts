import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { after, before, describe, it, test, type TestContext } from 'node:test'
import { SecretsManagerClient, CreateSecretCommand } from '@aws-sdk/client-secrets-manager'
import { BlotterError } from '../../../src/errors.ts'
import { openAwsSecrets } from '../../../src/secret/aws/store.ts'
import { startMoto, NO_MOTO, type Moto } from '../../services/moto.ts'
import { keepsSecrets } from '../contract.ts'

// The client looks for credentials as all of AWS's tools do; none of a person's own may be found here.
for (const name of Object.keys(process.env).filter((one) => one.startsWith('AWS_'))) delete process.env[name]
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
}
Object.assign(process.env, CREDENTIALS)

const REGION = 'us-east-2'
const moto: Moto | undefined = await startMoto()
after(() => moto?.stop())

describe('AWS Secrets Manager', { skip: moto ? false : NO_MOTO }, () => {
  const open = (prefix = 'blotter/') => openAwsSecrets({ prefix, region: REGION, endpoint: moto!.endpoint })
  keepsSecrets(open)

  it('knows only secrets under its prefix', async () => {
    await open('other/').keeping!.write('theirs', 'of another city')
    assert.equal(await open().read('theirs'), undefined)
    assert.ok(!(await open().list()).some((one) => one.name.includes('theirs')))
    assert.deepEqual(
      (await open('other/').list()).map((one) => one.name),
      ['theirs'],
    )
  })

  it('takes password and account from a secret as AWS makes them for databases', async () => {
    const client = new SecretsManagerClient({ region: REGION, endpoint: moto!.endpoint })
    const text = JSON.stringify({ engine: 'mysql', username: 'blotter_ro_clone', password: 'p"ss', host: 'db', port: 3306 })
    await client.send(new CreateSecretCommand({ Name: 'blotter/rds', SecretString: text }))
    await client.send(new CreateSecretCommand({ Name: 'blotter/bytes', SecretBinary: Buffer.from('as bytes') }))
    await client.send(new CreateSecretCommand({ Name: 'blotter/braces', SecretString: '{not json' }))
    assert.deepEqual(await open().read('rds'), { value: 'p"ss', user: 'blotter_ro_clone' })
    assert.deepEqual(await open().read('bytes'), { value: 'as bytes' })
    assert.deepEqual(await open().read('braces'), { value: '{not json' })
  })
})

interface Answer {
  status: number
  type: string
  message: string
}

/** An endpoint that gives each request the next of these answers, the last one for ever. */
async function faulty(t: TestContext, ...answers: Answer[]): Promise<{ endpoint: string; asked(): number }> {
  let asked = 0
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    request.resume()
    const { status, type, message } = answers[Math.min(asked++, answers.length - 1)]!
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type })
    response.end(JSON.stringify(status === 200 ? JSON.parse(message) : { __type: type, message }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))))
  return { endpoint: `http://127.0.0.1:${(server.address() as { port: number }).port}`, asked: () => asked }
}

async function failsWith(endpoint: string, code: string, words: RegExp): Promise<void> {
  const store = openAwsSecrets({ prefix: 'blotter/', region: REGION, endpoint })
  await assert.rejects(store.read('mysql'), (error) => {
    assert.ok(error instanceof BlotterError)
    assert.equal(error.code, code, error.message)
    assert.match(`${error.message} ${error.todo}`, words)
    return true
  })
}

test('throttling is waited out, and said to be worth another try where it does not end', async (t) => {
  const throttled = { status: 400, type: 'ThrottlingException', message: 'Rate exceeded' }
  const given = { status: 200, type: '', message: JSON.stringify({ SecretString: 'given at last', VersionId: '1' }) }
  const patient = await faulty(t, throttled, throttled, given)
  const store = openAwsSecrets({ prefix: 'blotter/', region: REGION, endpoint: patient.endpoint })
  assert.deepEqual(await store.read('mysql'), { value: 'given at last' })
  assert.equal(patient.asked(), 3)
  const endless = await faulty(t, throttled)
  await failsWith(endless.endpoint, 'secret_store_unreachable', /Rate exceeded/)
  assert.equal(endless.asked(), 4)
})

test('expired, unknown and insufficient credentials each say what to do', async (t) => {
  const expired = await faulty(t, { status: 400, type: 'ExpiredTokenException', message: 'The security token is expired' })
  await failsWith(expired.endpoint, 'secret_store_refused', /expired.*Renew/s)
  const unknown = await faulty(t, { status: 400, type: 'UnrecognizedClientException', message: 'The token is invalid.' })
  await failsWith(unknown.endpoint, 'secret_store_refused', /Renew/)
  const denied = await faulty(t, { status: 400, type: 'AccessDeniedException', message: 'User is not authorized' })
  await failsWith(denied.endpoint, 'secret_store_refused', /secretsmanager:GetSecretValue/)
  const deleted = await faulty(t, { status: 400, type: 'InvalidRequestException', message: 'marked for deletion' })
  await failsWith(deleted.endpoint, 'secret_store_refused', /marked for deletion/)
})

test('a server that is not there, or falls over, is worth another try', async (t) => {
  const broken = await faulty(t, { status: 500, type: 'InternalServiceError', message: 'sorry' })
  await failsWith(broken.endpoint, 'secret_store_unreachable', /sorry/)
  await failsWith('http://127.0.0.1:9', 'secret_store_unreachable', /Run it again/)
})

describe('Without credentials', () => {
  before(() => {
    delete process.env['AWS_ACCESS_KEY_ID']
    delete process.env['AWS_SECRET_ACCESS_KEY']
  })
  after(() => Object.assign(process.env, CREDENTIALS))

  it('says that there are none', async () => {
    await failsWith('http://127.0.0.1:9', 'secret_store_refused', /no AWS credentials.*role/s)
  })
})
