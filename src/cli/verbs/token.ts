import { DURATION, durationMs, LONGEST_MS } from '../../config/units.ts'
import { BlotterError } from '../../errors.ts'
import { isScope, type Scope, SCOPES } from '../../model/scope.ts'
import type { Verbs } from '../command-line.ts'
import type { NewToken, TokenFacts } from '../../state/identity/tokens.ts'
import { columnLines } from '../show/columns.ts'
import { moment } from '../show/figures.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'

interface AddFlags {
  scope?: Scope[]
  expires?: number
}

export function addToken({ program, action }: Verbs): void {
  const token = program
    .command('token')
    .summary('make, list and revoke tokens for programs')
    .description('Make, list and revoke tokens, with which programs reach what `blotter serve` serves.')
    .addHelpText(
      'after',
      examples(
        [
          'Spark may read all tables, and write its own:',
          'blotter token add spark --scope catalog:read --scope catalog:write',
        ],
        ['A dashboard, for three months:', 'blotter token add wall-screen --scope api --expires 90d'],
        ['It leaked:', 'blotter token revoke spark'],
      ),
    )
  token
    .command('add')
    .description('make a token; it is shown this once, and only its hash is kept')
    .argument('<name>', 'who uses it')
    .option('--scope <scope>', `what it may do, repeatable: ${SCOPES.join(', ')}`, scopes)
    .option('--expires <duration>', 'for how long it is good, such as 90d (default: until it is revoked)', lifetime)
    .action(
      action<[string], AddFlags>(async (invocation, [name], { scope = [], expires }) => {
        if (scope.length === 0) throw noScope(name)
        const wish = { name, scopes: scope, ...(expires === undefined ? {} : { expiresInMs: expires }) }
        const made = await invocation.withPlatform((platform) => platform.tokenAdd(wish))
        await invocation.print(made, () => newTokenText(made, invocation.terminal.out))
      }),
    )
  token
    .command('list', { isDefault: true })
    .description('list tokens: what they may do, and when they were last used')
    .action(
      action<[], object>(async (invocation) => {
        const list = await invocation.withPlatform((platform) => platform.tokenList())
        await invocation.print(list, () => tokensText(list, invocation.terminal.out))
      }),
    )
  token
    .command('revoke')
    .description('make a token worthless, from its next request on')
    .argument('<name>', 'as `blotter token list` shows it')
    .action(
      action<[string], object>(async (invocation, [name]) => {
        const revoked = await invocation.withPlatform((platform) => platform.tokenRevoke(name))
        const { styles } = invocation.terminal.out
        await invocation.print(revoked, () => `${styles.ok('✓')} Token ${revoked.name} is revoked.\n`)
      }),
    )
}

function scopes(text: string, before: Scope[] = []): Scope[] {
  const named = text.split(',').map((one) => one.trim())
  const unknown = named.find((one) => !isScope(one))
  if (unknown !== undefined) {
    throw new BlotterError('usage', `"${unknown}" is no scope: expected ${SCOPES.join(', ')}.`, {
      todo: 'Give one or more, as in `--scope catalog:read --scope api`.',
      context: { given: unknown },
    })
  }
  return [...before, ...named.filter(isScope)]
}

function lifetime(text: string): number {
  const ms = DURATION.test(text) ? durationMs(text) : 0
  if (ms > 0 && ms <= LONGEST_MS) return ms
  throw new BlotterError('usage', `"${text}" is no lifetime: expected something like 90d or 12h, at most ten years.`, {
    todo: 'Leave `--expires` out for a token that is good until it is revoked.',
    context: { given: text },
  })
}

function noScope(name: string): BlotterError {
  return new BlotterError('usage', 'A token without a scope could do nothing. Nothing was made.', {
    todo: `Say what ${name} may do: --scope ${SCOPES.join(', --scope ')}.`,
  })
}

function newTokenText(made: NewToken, { styles }: Output): string {
  const until = made.expires_at === null ? 'until it is revoked' : `until ${moment(made.expires_at)} UTC`
  return [
    made.token,
    '',
    `${styles.ok('✓')} ${styles.strong(made.name)}: ${made.scopes.join(', ')}; good ${until}.`,
    `${styles.accent('→')} Keep it now: it is shown this once. Programs send it as \`Authorization: Bearer …\`.`,
    '',
  ].join('\n')
}

function tokensText(tokens: readonly TokenFacts[], { styles, columns }: Output): string {
  if (tokens.length === 0)
    return `There is no token yet.\n${styles.accent('→')} blotter token add NAME --scope catalog:read\n`
  const time = (at: string | null, none: string): string => (at === null ? none : moment(at))
  const tint = { active: styles.ok, expired: styles.warn, revoked: styles.dim }
  const lines = columnLines(
    [
      { title: 'token', style: styles.strong },
      { title: 'state', style: (cell, row) => tint[tokens[row]!.state](cell) },
      { title: 'created (UTC)' },
      { title: 'last used' },
      { title: 'good until' },
      { title: 'may' },
    ],
    tokens.map((one) => [
      one.name,
      one.state,
      moment(one.created_at),
      time(one.last_used_at, 'never'),
      time(one.revoked_at ?? one.expires_at, 'revoked'),
      one.scopes.join(', '),
    ]),
    { width: columns, dim: styles.dim },
  )
  return `${lines.join('\n')}\n`
}
