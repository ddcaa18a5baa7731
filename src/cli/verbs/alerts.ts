import { Option } from 'commander'
import type { Invocation, Verbs } from '../command-line.ts'
import type { DeliveryRow } from '../../state/alert-rows.ts'
import { columnLines } from '../show/columns.ts'
import { counted, moment } from '../show/figures.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'

export function addAlerts({ program, action }: Verbs): void {
  const alerts = program
    .command('alerts')
    .summary('what people were told, and what waits to be sent')
    .description('Look at what people were told, send what waits, or watch deadlines.')
    .addHelpText(
      'after',
      examples(
        ['What was told, newest first:', 'blotter alerts list'],
        ['The mail server is well again:', 'blotter alerts send'],
        ['Watch freshness and deadlines, as a service:', 'blotter alerts watch --stay'],
      ),
    )
  alerts
    .command('list', { isDefault: true })
    .description('alerts and how they were sent, newest first')
    .action(
      action<[], object>(async (invocation) => {
        const list = await invocation.withAlerts((opened) => opened.list())
        await invocation.print(list, () => alertsText(list, invocation.terminal.out))
      }),
    )
  alerts
    .command('send')
    .description('send what waits, now')
    .action(action<[], object>(async (invocation) => sendNow(invocation)))
  alerts
    .command('watch')
    .description('watch deadlines and send alerts in the foreground, until no run is under way')
    .option('--stay', 'go on until stopped, and watch freshness and the schedule too')
    .addOption(new Option('--until-stdin-ends', 'stop when whoever started it has ended').hideHelp())
    .action(
      action<[], { stay?: boolean; untilStdinEnds?: boolean }>(
        async (invocation, _args, { stay = false, untilStdinEnds = false }) => {
          const signal = untilStdinEnds ? AbortSignal.any([invocation.signal, stdinEnd()]) : invocation.signal
          const end = await invocation.withAlerts((opened) => opened.watch({ stay, signal }))
          const text = end === 'taken' ? 'Another process watches this lake already.\n' : 'There is nothing more to watch.\n'
          await invocation.print({ end }, () => text)
        },
      ),
    )
}

/** Aborted when the other end of stdin is closed, which happens to that of a process that was killed, too. */
function stdinEnd(): AbortSignal {
  const ended = new AbortController()
  const end = (): void => ended.abort()
  process.stdin.on('end', end).on('error', end).resume()
  return ended.signal
}

async function sendNow(invocation: Invocation): Promise<void> {
  const { sent, failed } = await invocation.withAlerts((alerts) => alerts.send(invocation.signal))
  const told = failed.map(({ channel, event, error: { code, message, todo } }) => ({
    channel,
    event,
    error: { code, message, todo },
  }))
  await invocation.print({ sent, failed: told }, () => {
    const { styles } = invocation.terminal.out
    const lines = failed.map(
      ({ channel, event, error }) =>
        `${styles.bad('✗')} ${event} by ${channel}: ${error.message}\n  ${styles.accent('→')} ${error.todo}\n`,
    )
    if (sent > 0) lines.push(`${styles.ok('✓')} ${counted(sent, 'alert')} sent.\n`)
    return lines.length === 0 ? 'Nothing waits that is not being sent already.\n' : lines.join('')
  })
  if (failed.length > 0) invocation.exitWith(1)
}

function alertsText(alerts: readonly DeliveryRow[], { styles, columns }: Output): string {
  if (alerts.length === 0) return 'Nobody was told of anything yet.\n'
  const style = { waiting: styles.warn, sent: styles.ok, given_up: styles.bad }
  const lines = columnLines(
    [
      { title: 'when (UTC)' },
      { title: 'event', style: styles.strong },
      { title: 'about' },
      { title: 'by' },
      { title: 'state', style: (cell, row) => style[alerts[row]!.state](cell) },
      { title: 'tries', side: 'right' },
      { title: 'problem' },
    ],
    alerts.map((alert) => [
      moment(alert.raised_at),
      alert.event,
      alert.subject,
      alert.channel,
      alert.state.replace('_', ' '),
      String(alert.attempts),
      alert.problem ?? '',
    ]),
    { width: columns, dim: styles.dim },
  )
  return `${lines.join('\n')}\n`
}
