import { asBlotterError } from '../../errors.ts'
import type { Invocation, Verbs } from '../command-line.ts'
import { machineChecks } from '../machine.ts'
import type { Check } from '../../pipeline/upkeep/doctor.ts'
import { wrapped } from '../show/columns.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'

interface Flags {
  rebuild?: boolean
  sendTestMail?: boolean
}

export function addDoctor({ program, action }: Verbs): void {
  program
    .command('doctor')
    .summary('check what Blotter needs, and say how to fix it')
    .description('Check what Blotter needs: machine, configuration, lake, source. Says how to fix what fails.')
    .option('--source <url>', 'source to check (default: the configured one)')
    .option('--send-test-mail', 'send a test by each channel of alerts')
    .option('--rebuild', 'make the state database anew from the lake')
    .addHelpText(
      'after',
      examples(
        ['Is all well?', 'blotter doctor'],
        ['Can this source be read?', 'blotter doctor --source "mysql://blotter_ro@db/chicago?table=crimes"'],
        ['Do alerts arrive?', 'blotter doctor --send-test-mail'],
        ['The state database is lost or damaged:', 'blotter doctor --rebuild'],
      ),
    )
    .action(
      action<[], Flags>(async (invocation, _args, flags) => {
        const checks = await examine(invocation, flags)
        await invocation.print(checks, () => checksText(checks, invocation.terminal.out))
        if (checks.some((check) => check.state === 'fail')) invocation.exitWith(1)
      }),
    )
}

async function examine(invocation: Invocation, { rebuild = false, sendTestMail = false }: Flags): Promise<Check[]> {
  const config = invocation.config()
  const checks = [
    ...(await machineChecks(config)),
    { name: 'configuration', state: 'ok', message: config.file ?? 'no file; flags, variables and defaults' } satisfies Check,
    ...config.notices.map((message): Check => ({
      name: 'configuration',
      state: 'warn',
      message,
      fix: 'Correct or remove the variable.',
    })),
  ]
  try {
    return [...checks, ...(await invocation.withPlatform((platform) => platform.doctor({ rebuild, sendTestMail })))]
  } catch (error) {
    const { message, todo, code } = asBlotterError(error)
    if (code === 'interrupted') throw error
    return [...checks, { name: 'lake', state: 'fail', message, fix: todo }]
  }
}

const MARK = { ok: '✓', warn: '!', fail: '✗', skipped: '·' } as const

function checksText(checks: readonly Check[], { styles, columns }: Output): string {
  const style = { ok: styles.ok, warn: styles.warn, fail: styles.bad, skipped: styles.dim }
  const names = Math.max(...checks.map((check) => check.name.length))
  const indent = ' '.repeat(names + 13)
  const width = Math.max(60, Math.min(columns ?? 110, 110))
  const lines = checks.flatMap(({ name, state, message, fix }) => {
    const [first, ...rest] = wrapped(message, width, indent)
    const head = `${style[state](`${MARK[state]} ${state.padEnd(7)}`)}  ${name.padEnd(names)}  ${first!.trimStart()}`
    const todo = fix
      ? wrapped(fix, width, `${indent}  `).map((line, i) =>
          i === 0 ? `${indent}${styles.accent('→')} ${line.trimStart()}` : line,
        )
      : []
    return [head, ...rest, ...todo]
  })
  const failing = checks.filter((check) => check.state === 'fail').length
  const warning = checks.filter((check) => check.state === 'warn').length
  const verdict =
    failing > 0
      ? `${failing} of ${checks.length} checks fail.`
      : warning > 0
        ? `Nothing fails; ${warning} to look at.`
        : 'All is well.'
  return `${[...lines, '', verdict].join('\n')}\n`
}
