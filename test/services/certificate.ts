import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export interface Certificate {
  /** The authority's certificate, PEM. */
  caFile: string
  certificateFile: string
  keyFile: string
}

/** Makes an authority and a certificate of it for `localhost` and `127.0.0.1`, or for the names given. Needs openssl. */
export async function makeCertificate(
  folder: string,
  names: readonly string[] = ['DNS:localhost', 'IP:127.0.0.1'],
): Promise<Certificate> {
  await mkdir(folder, { recursive: true })
  const file = (name: string): string => join(folder, name)
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30']
  const authority = ['-subj', '/CN=Blotter test authority', '-keyout', file('ca.key'), '-out', file('ca.pem')]
  await execute('openssl', ['req', '-x509', ...key, ...authority])
  await execute('openssl', [
    ...['req', '-x509', ...key, '-subj', '/CN=blotter-test', '-keyout', file('server.key'), '-out', file('server.pem')],
    ...['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-addext', `subjectAltName=${names.join(',')}`],
    ...['-addext', 'basicConstraints=critical,CA:FALSE'],
  ])
  return { caFile: file('ca.pem'), certificateFile: file('server.pem'), keyFile: file('server.key') }
}
