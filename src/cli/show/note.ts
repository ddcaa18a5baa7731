import type { Output } from '../terminal.ts'
import { wrapped } from './columns.ts'

/** Something that a person should know and that stops nothing. */
export function noteText(message: string, { styles, columns }: Output): string {
  const [first, ...rest] = wrapped(message, Math.min(columns ?? 100, 100), '      ')
  return `${[`${styles.warn('note')}  ${first!.trimStart()}`, ...rest].join('\n')}\n`
}
