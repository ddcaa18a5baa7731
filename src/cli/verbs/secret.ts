import type { Invocation, Verbs } from '../command-line.ts'
import type { RotationReport } from '../../platform/secrets/rotating.ts'
import type { SecretStatus, SecretSummary } from '../../platform/secrets/verbs.ts'
import { columnLines } from '../show/columns.ts'
import { moment } from '../show/figures.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'

export function addSecret({ program, action }: Verbs): void {
  const secret = program
    .command('secret')
    .summary('store credentials, and renew that of the source')
    .description(
      'Store credentials that the configuration names as secret://NAME, and renew the password of the source’s account.\n\n' +
        'They are kept in an encrypted vault beside the state, or where `secrets.backend` says. docs/secrets.md has it all.',
    )
    .addHelpText(
      'after',
      examples(
        ['Type the password of the source, unseen:', 'blotter secret set mysql'],
        ['From a password manager:', 'pass show city/mysql | blotter secret set mysql'],
        ['What is old?', 'blotter secret status'],
        ['A new password for the source, now:', 'blotter secret rotate mysql'],
      ),
    )
  secret
    .command('set')
    .description('keep a credential; it is asked for, or comes by stdin, and is never an argument')
    .argument('<name>', 'as the configuration names it: secret://NAME')
    .action(
      action<[string], object>(async (invocation, [name]) => {
        const value = await invocation.readSecret(`Value of ${name} (not shown)`)
        const kept = await invocation.withPlatform((platform) => platform.secretSet(name, value))
        await invocation.print(kept, () => keptText(kept, invocation))
      }),
    )
  secret
    .command('list', { isDefault: true })
    .description('names, where each is found, and how old it is; never a value')
    .action(
      action<[], object>(async (invocation) => {
        const list = await invocation.withPlatform((platform) => platform.secretList())
        await invocation.print(list, () => listText(list, invocation.terminal.out))
      }),
    )
  secret
    .command('status')
    .description('what each is for, when it is due, and how its last renewal went')
    .action(
      action<[], object>(async (invocation) => {
        const list = await invocation.withPlatform((platform) => platform.secretStatus())
        await invocation.print(list, () => statusText(list, invocation.terminal.out))
      }),
    )
  secret
    .command('rotate')
    .description('renew the password of the source’s account; what reads meanwhile goes on')
    .argument('<name>', 'the secret that `source.password` names')
    .action(
      action<[string], object>(async (invocation, [name]) => {
        const report = await invocation.watched((platform, { signal }) => platform.secretRotate(name, { signal }))
        await invocation.print(report, () => rotatedText(report, invocation.terminal.out))
      }),
    )
}

const PLACES = { env: 'environment', vault: 'vault', aws: 'AWS Secrets Manager' } as const

function keptText({ name, from }: SecretSummary, { terminal: { out } }: Invocation): string {
  return `${out.styles.ok('✓')} ${out.styles.strong(name)} is kept in the ${PLACES[from]}; name it as secret://${name}.\n`
}

function rotatedText({ secret, account, next_at: nextAt }: RotationReport, { styles }: Output): string {
  const next = `next on ${moment(nextAt)} UTC`
  return `${styles.ok('✓')} ${styles.strong(secret)} is renewed: ${account} is in use from now on; ${next}.\n`
}

function listText(list: readonly SecretSummary[], { styles, columns }: Output): string {
  if (list.length === 0) return `There is no secret yet.\n${styles.accent('→')} blotter secret set mysql\n`
  const lines = columnLines(
    [{ title: 'secret', style: styles.strong }, { title: 'found in' }, { title: 'changed (UTC)' }],
    list.map((one) => [one.name, PLACES[one.from], one.changed_at === null ? 'unknown' : moment(one.changed_at)]),
    { width: columns, dim: styles.dim },
  )
  return `${lines.join('\n')}\n`
}

function statusText(list: readonly SecretStatus[], { styles, columns }: Output): string {
  if (list.length === 0) return `There is no secret yet.\n${styles.accent('→')} blotter secret set mysql\n`
  const tint = { ok: styles.ok, due: styles.warn, overdue: styles.bad, missing: styles.bad, unknown: styles.dim }
  const lines = columnLines(
    [
      { title: 'secret', style: styles.strong },
      { title: 'state', style: (cell, row) => tint[list[row]!.state](cell) },
      { title: 'found in' },
      { title: 'changed (UTC)' },
      { title: 'due' },
      { title: 'last renewal' },
      { title: 'for' },
    ],
    list.map((one) => [
      one.name,
      one.state,
      one.from === null ? 'nowhere' : PLACES[one.from],
      one.changed_at === null ? 'unknown' : moment(one.changed_at),
      one.next_at === null ? '' : moment(one.next_at),
      lastText(one),
      [...one.used_for, ...(one.account === null ? [] : [`as ${one.account}`])].join(', '),
    ]),
    { width: columns, dim: styles.dim },
  )
  return `${[...lines, ...list.flatMap((one) => todoLines(one, styles))].join('\n')}\n`
}

function lastText({ last, rotates }: SecretStatus): string {
  if (last === null) return rotates ? 'never' : 'by hand'
  if (last.state === 'succeeded') return `succeeded ${moment(last.at)}`
  return `${last.state} in ${last.step}, ${moment(last.at)}`
}

function todoLines(one: SecretStatus, styles: Output['styles']): string[] {
  const next = (command: string): string => `${styles.accent('→')} ${command}`
  if (one.state === 'missing') return [next(`blotter secret set ${one.name}`)]
  const failed = one.last?.state === 'failed' ? [styles.bad(one.last.error?.message ?? 'The last renewal failed.')] : []
  const wants = failed.length > 0 || one.state === 'due' || one.state === 'overdue'
  if (!wants) return []
  return [...failed, next(one.rotates ? `blotter secret rotate ${one.name}` : `blotter secret set ${one.name}`)]
}
