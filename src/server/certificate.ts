import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { systemClock } from '../clock.ts'
import { BlotterError } from '../errors.ts'

/** Reads certificate and key from their files (PEM). Throws `config_invalid` for what cannot be served with. */
export function readCertificate(files: { cert: string; key: string }): { cert: string; key: string } {
  const cert = textOf('server.tls.cert', files.cert)
  const key = textOf('server.tls.key', files.key)
  const certificate = parsed('server.tls.cert', files.cert, () => new X509Certificate(cert))
  const isPair = parsed('server.tls.key', files.key, () => certificate.checkPrivateKey(createPrivateKey(key)))
  if (!isPair) throw unfit('server.tls.key', `${files.key} is the key of another certificate than ${files.cert}`)
  if (certificate.validToDate < systemClock.now())
    throw unfit('server.tls.cert', `${files.cert} has expired (${certificate.validTo})`)
  return { cert, key }
}

function textOf(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw unfit(name, `${file} cannot be read`, cause)
  }
}

function parsed<T>(name: string, file: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    throw unfit(name, `${file} is not in the format PEM, or needs a passphrase`, cause)
  }
}

function unfit(name: string, why: string, cause?: unknown): BlotterError {
  return new BlotterError('config_invalid', `${name}: ${why}. Nothing is served.`, {
    todo: 'Name the files of a certificate, with its chain, and of its key.',
    context: { key: name },
    cause,
  })
}
