import type { BlotterError } from '../../errors.ts'
import { redaction } from '../../log/redaction.ts'
import type { Output } from '../terminal.ts'
import { wrapped } from './columns.ts'

/** What `--json` prints of a failure; `remedy` is the sentence that says what to do. */
export function errorDocument(error: BlotterError): unknown {
  const { code, message, todo, context } = error
  return redaction.document({ error: { code, message, remedy: todo, context } })
}

/** What failed in a line, then expected and got and the state left, then what to do; the stack only for `--debug`. */
export function errorText(error: BlotterError, { styles, columns }: Output, debug: boolean): string {
  const width = Math.min(columns ?? 100, 100)
  // Before lines are broken, which could part a credential.
  const [what, rest] = firstSentence(redaction.text(error.message))
  const lines = wrapped(`error: ${what}`, width).map((line, i) => (i === 0 ? line : `  ${line}`))
  lines[0] = lines[0]!.replace(/^error:/, styles.bad('error:'))
  if (rest !== '')
    lines.push(...(rest.includes('\n') ? rest.split('\n').map((line) => `  ${line}`.trimEnd()) : wrapped(rest, width, '  ')))
  lines.push(
    ...wrapped(redaction.text(error.todo), width, '  ').map((line, i) =>
      i === 0 ? `${styles.accent('→')}${line.slice(1)}` : line,
    ),
  )
  if (debug) lines.push('', styles.dim(stackOf(error)))
  return `${lines.join('\n')}\n`
}

function firstSentence(message: string): [string, string] {
  const at = /(?<=[.!?])\s+(?=[A-Z])|\n/.exec(message)
  return at ? [message.slice(0, at.index), message.slice(at.index).replace(/^[ \n]/, '')] : [message, '']
}

function stackOf(error: Error): string {
  const causes = [`${error.stack ?? error.message}`]
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause)
    causes.push(`caused by ${cause.stack ?? cause.message}`)
  return redaction.text(causes.join('\n'))
}
