import { BlotterError } from '../../errors.ts'
import { isRole, type Role, ROLES } from '../../model/role.ts'
import type { Invocation, Verbs } from '../command-line.ts'
import type { LinkedUser } from '../../platform/identities/users.ts'
import type { UserFacts } from '../../state/identity/users.ts'
import { addressOfPages } from '../show/address.ts'
import { columnLines } from '../show/columns.ts'
import { moment } from '../show/figures.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'

interface AddFlags {
  name?: string
  role: Role
  password?: boolean
}

export function addUserVerb({ program, action }: Verbs): void {
  const user = program
    .command('user')
    .summary('add, list and remove those who sign in')
    .description(
      'Add, list and remove people who sign in to the pages that `blotter serve` serves. Each chooses a password and sets up ' +
        'a second factor by a link that is good once. docs/security.md has it all.',
    )
    .addHelpText(
      'after',
      examples(
        ['Somebody who may look:', 'blotter user add reporter@example.org --name "R. Porter"'],
        ['Somebody who may release and end runs:', 'blotter user add desk@example.org --role operator'],
        ['A phone was lost:', 'blotter user reset-mfa desk@example.org'],
      ),
    )
  user
    .command('add')
    .description('add somebody, and print a link for one use with which they enrol')
    .argument('<email>', 'what they sign in with')
    .option('--name <name>', 'what others see (default: the e-mail address)')
    .option('--role <role>', `what they may do: ${ROLES.join(', ')}`, roleOf, 'viewer')
    .option('--password', 'give them a first password; it is asked for, or comes by stdin, and is never an argument')
    .action(
      action<[string], AddFlags>(async (invocation, [email], { name = email, role, password }) => {
        const given = password ? await invocation.readSecret(`Password of ${email} (not shown)`) : undefined
        const wish = { email, name, role, ...(given === undefined ? {} : { password: given }) }
        const added = await invocation.withPlatform((platform) => platform.userAdd(wish))
        await printLinked(invocation, added, `is added as ${added.role}`)
      }),
    )
  user
    .command('list', { isDefault: true })
    .description('list users: what they may do, and when they last signed in')
    .action(
      action<[], object>(async (invocation) => {
        const list = await invocation.withPlatform((platform) => platform.userList())
        await invocation.print(list, () => listText(list, invocation.terminal.out))
      }),
    )
  user
    .command('remove')
    .description('remove somebody; their sessions end with that')
    .argument('<email>', 'as `blotter user list` shows it')
    .action(
      action<[string], object>(async (invocation, [email]) => {
        const removed = await invocation.withPlatform((platform) => platform.userRemove(email))
        const { styles } = invocation.terminal.out
        await invocation.print(removed, () => `${styles.ok('✓')} ${removed.email} is no user any more.\n`)
      }),
    )
  user
    .command('reset-mfa')
    .description('forget second factor, recovery codes and passkeys, end all sessions, and print a new link')
    .argument('<email>', 'as `blotter user list` shows it')
    .option('--password', 'forget the password as well: they choose a new one')
    .action(
      action<[string], { password?: boolean }>(async (invocation, [email], { password = false }) => {
        const reset = await invocation.withPlatform((platform) => platform.userResetMfa(email, { password }))
        await printLinked(invocation, reset, 'has to enrol again')
      }),
    )
}

function roleOf(text: string): Role {
  if (isRole(text)) return text
  throw new BlotterError('usage', `"${text}" is no role: expected ${ROLES.join(', ')}.`, {
    todo: 'viewer looks and asks; operator steers runs; admin also manages users and tokens.',
    context: { given: text },
  })
}

async function printLinked(invocation: Invocation, user: LinkedUser, what: string): Promise<void> {
  const link = `${addressOfPages(invocation.config())}${user.link}`
  const { styles } = invocation.terminal.out
  await invocation.print({ ...user, link }, () =>
    [
      link,
      '',
      `${styles.ok('✓')} ${styles.strong(user.email)} ${what}.`,
      `${styles.accent('→')} Send them the link; it is good once, until ${moment(user.link_expires_at)} UTC, while \`blotter serve\` runs.`,
      '',
    ].join('\n'),
  )
}

function listText(users: readonly UserFacts[], { styles, columns }: Output): string {
  if (users.length === 0) return `There is no user yet.\n${styles.accent('→')} blotter user add EMAIL --role admin\n`
  const lines = columnLines(
    [
      { title: 'user', style: styles.strong },
      { title: 'name' },
      { title: 'role' },
      { title: 'state', style: (cell, row) => (users[row]!.state === 'active' ? styles.ok(cell) : styles.warn(cell)) },
      { title: 'signs in with' },
      { title: 'last login (UTC)' },
    ],
    users.map((one) => [
      one.email,
      one.name,
      one.role,
      one.state,
      waysOf(one),
      one.last_login_at === null ? 'never' : moment(one.last_login_at),
    ]),
    { width: columns, dim: styles.dim },
  )
  return `${lines.join('\n')}\n`
}

function waysOf({ state, two_factor: code, passkeys }: UserFacts): string {
  const ways = [
    ...(code ? ['password and code'] : []),
    ...(passkeys > 0 ? [passkeys === 1 ? 'a passkey' : `${passkeys} passkeys`] : []),
  ]
  if (ways.length > 0) return ways.join(', ')
  return state === 'active' ? 'single sign-on' : 'nothing yet'
}
