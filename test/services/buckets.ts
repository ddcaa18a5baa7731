import { join } from 'node:path'
import { type Moto, startMoto } from './moto.ts'

/** The variables with which AWS's clients reach a model of AWS. */
function awsVariables({ endpoint }: Moto): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}

/**
 * A model of AWS with an empty bucket and a Glue that refuses lost races, reached by this process's own variables; undefined
 * where moto is missing.
 */
export async function startBucket(name: string): Promise<Moto | undefined> {
  const moto = await startMoto([join(import.meta.dirname, 'glue_server.py')])
  if (!moto) return undefined
  Object.assign(process.env, awsVariables(moto))
  await fetch(`${moto.endpoint}/${name}`, { method: 'PUT', headers: { authorization: SIGNED } })
  return moto
}

/** moto looks at who asks and for what service, not at the signature. */
const SIGNED = 'AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'
