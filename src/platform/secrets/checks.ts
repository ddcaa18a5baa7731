import { existsSync } from 'node:fs'
import type { Clock } from '../../clock.ts'
import { asBlotterError } from '../../errors.ts'
import type { Config } from '../../model/configuration.ts'
import { isMysqlUrl } from '../../model/url-text.ts'
import type { Check } from '../../pipeline/upkeep/doctor.ts'
import { backendOf, type SecretParts, type SourceLogin } from './secrets.ts'
import { type SecretStatus, statusOf } from './verbs.ts'

/** What is looked at, and how accounts and key files are asked. */
export interface CheckedSecrets {
  secrets: SecretParts
  config: Config
  clock: Clock
  /** The rights of a key file that others could read, if they could. */
  looseRights(keyFile: string): string | undefined
  /** What the source's account may do, of a database that knows accounts. */
  accountRights(
    url: string,
    options: { logins: SourceLogin; signal: AbortSignal },
  ): Promise<{ account: string; writes: string[]; extra: string[]; fix: string }>
}

/** Looks at where secrets are kept, how old they are, and at what the source's account may do. */
export async function secretChecks(parts: CheckedSecrets, signal: AbortSignal): Promise<Check[]> {
  return [...keyFileCheck(parts), ...(await storeChecks(parts)), ...(await accountCheck(parts, signal))]
}

function keyFileCheck({ config, looseRights }: CheckedSecrets): Check[] {
  const { keyFile } = config.secrets
  if (backendOf(config.secrets) !== 'vault' || !existsSync(keyFile)) return []
  const loose = looseRights(keyFile)
  if (loose === undefined) return [{ name: 'vault key', state: 'ok', message: `${keyFile} is its owner’s alone` }]
  const message = `${keyFile} has the rights ${loose}: others can read it`
  return [{ name: 'vault key', state: 'fail', message, fix: `chmod 600 ${keyFile}` }]
}

async function storeChecks(parts: CheckedSecrets): Promise<Check[]> {
  try {
    const statuses = await statusOf(parts)
    const where = { vault: parts.config.secrets.vaultFile, env: 'the environment', aws: 'AWS Secrets Manager' }
    const names = statuses.filter((one) => one.from !== null).length
    const message = `${names} secret${names === 1 ? '' : 's'}; backend: ${where[parts.secrets.secrets().backend]}`
    return [{ name: 'secrets', state: 'ok', message }, ...statuses.flatMap((status) => statusCheck(status))]
  } catch (error) {
    const { message, todo } = asBlotterError(error)
    return [{ name: 'secrets', state: 'fail', message, fix: todo }]
  }
}

function statusCheck({ name, state, used_for: uses, next_at: nextAt, rotates, last }: SecretStatus): Check[] {
  const renew = rotates
    ? `blotter secret rotate ${name}`
    : `Change it where it comes from, then \`blotter secret set ${name}\`.`
  if (state === 'missing') {
    const message = `secret://${name} is not stored; ${uses.join(', ')} names it`
    return [{ name: 'secret', state: 'fail', message, fix: `blotter secret set ${name}` }]
  }
  if (last?.state === 'failed') {
    const message = `${name}: ${last.error?.message ?? 'its renewal failed'}`
    return [{ name: 'secret', state: 'warn', message, fix: renew }]
  }
  if (state !== 'due' && state !== 'overdue') return []
  return [{ name: 'secret', state: 'warn', message: `${name} is ${state} since ${nextAt}`, fix: renew }]
}

/** That the source cannot be reached is another check's to say. */
async function accountCheck({ config, secrets, accountRights }: CheckedSecrets, signal: AbortSignal): Promise<Check[]> {
  const { url } = config.source
  if (url === undefined || !isMysqlUrl(url)) return []
  const rights = await accountRights(url, { logins: secrets.loginsOf(url), signal }).catch(() => undefined)
  if (!rights) return []
  const { account, writes, extra, fix } = rights
  if (writes.length > 0) {
    const message = `${account} can do more than read: ${writes.join('; ')}`
    return [{ name: 'source account', state: 'warn', message, fix: `Give Blotter an account that only reads: ${fix}` }]
  }
  if (extra.length > 0) {
    const message = `${account} can read more than the source’s table: ${extra.join('; ')}`
    return [{ name: 'source account', state: 'warn', message, fix: `Grant it the table alone: ${fix}` }]
  }
  return [{ name: 'source account', state: 'ok', message: `${account} can read its table, and nothing else` }]
}
