import { MAIL_USER } from '../test/services/mail.ts'

const EMR = 'ElasticMapReduce'

/** What the model of AWS was sent: it drops fleets from what it tells, so that only this shows them. */
export async function recorded<T>(endpoint: string, operation: string): Promise<T[]> {
  const lines = (await (await fetch(`${endpoint}/moto-api/recorder/download-recording`)).text()).trim().split('\n')
  const calls = lines.map(
    (line) => JSON.parse(line) as { headers: Record<string, string>; body: string; body_encoded: boolean },
  )
  return calls
    .filter(({ headers }) => headers['X-Amz-Target'] === `${EMR}.${operation}`)
    .map(({ body, body_encoded: isEncoded }) => JSON.parse(isEncoded ? Buffer.from(body, 'base64').toString() : body) as T)
}

export async function lastCluster(endpoint: string): Promise<{ state: string; steps: Record<string, string> }> {
  const { Clusters } = (await askAws(endpoint, `${EMR}.ListClusters`, {})) as { Clusters: Cluster[] }
  const ours = Clusters.filter(({ Name }) => Name.startsWith('blotter '))
  const cluster = ours.toSorted((a, b) => b.Status.Timeline.CreationDateTime - a.Status.Timeline.CreationDateTime)[0]!
  const asked = await askAws(endpoint, `${EMR}.ListSteps`, { ClusterId: cluster.Id })
  const { Steps } = asked as { Steps: { Name: string; Status: { State: string } }[] }
  return {
    state: cluster.Status.State,
    steps: Object.fromEntries(Steps.toReversed().map(({ Name, Status }) => [Name, Status.State])),
  }
}

export async function putSmtpSecret(endpoint: string, port: number): Promise<void> {
  const secret = {
    conn_type: 'smtp',
    host: 'localhost',
    port,
    login: MAIL_USER,
    password: 'canary-smtp-password',
    extra: { disable_ssl: true },
  }
  await askAws(endpoint, 'secretsmanager.CreateSecret', {
    Name: 'airflow/connections/smtp_default',
    SecretString: JSON.stringify(secret),
    ClientRequestToken: crypto.randomUUID(),
  })
}

/** Asks the model of AWS, which looks at who asks and for what, not at the signature. */
export async function askAws(endpoint: string, target: string, body: unknown): Promise<unknown> {
  const service = target.startsWith('secretsmanager') ? 'secretsmanager' : 'elasticmapreduce'
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
      authorization: `AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${target} answers ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

interface Cluster {
  Id: string
  Name: string
  Status: { State: string; Timeline: { CreationDateTime: number } }
}
