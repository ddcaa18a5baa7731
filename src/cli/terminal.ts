import { styleText } from 'node:util'
import { redaction } from '../log/redaction.ts'

export type Style = (text: string) => string

/** Colours by what they mean; all of them leave the text alone where there is no colour. */
export interface Styles {
  strong: Style
  dim: Style
  accent: Style
  ok: Style
  warn: Style
  bad: Style
}

export interface Output {
  /** Resolves when the text is on its way; a slow reader slows the writer. */
  write(text: string): Promise<void>
  readonly isTerminal: boolean
  /** Columns of the terminal; undefined where it is none. */
  readonly columns: number | undefined
  readonly styles: Styles
}

/** stdout for what was asked for, stderr for all else. */
export interface Terminal {
  out: Output
  err: Output
}

type Stream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number }
type Environment = Readonly<Record<string, string | undefined>>

export function terminalOf(stdout: Stream, stderr: Stream, env: Environment): Terminal {
  // What goes to stderr is words; on stdout there may be data, which is left as it is.
  return { out: outputOf(stdout, env, (text) => text), err: outputOf(stderr, env, redaction.text) }
}

function outputOf(stream: Stream, env: Environment, cleaned: (text: string) => string): Output {
  const isTerminal = stream.isTTY === true
  return {
    isTerminal,
    get columns() {
      return isTerminal ? stream.columns || 80 : undefined
    },
    styles: isTerminal && coloured(env) ? COLOURED : PLAIN,
    write: (text) => new Promise((resolve) => void stream.write(cleaned(text), () => resolve())),
  }
}

/** https://no-color.org: any value but the empty one means none. */
function coloured(env: Environment): boolean {
  return !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}

const plain: Style = (text) => text
export const PLAIN: Styles = { strong: plain, dim: plain, accent: plain, ok: plain, warn: plain, bad: plain }

const colour =
  (format: Parameters<typeof styleText>[0]): Style =>
  (text) =>
    styleText(format, text, { validateStream: false })
const COLOURED: Styles = {
  strong: colour('bold'),
  dim: colour('dim'),
  accent: colour('blue'),
  ok: colour('green'),
  warn: colour('yellow'),
  bad: colour('red'),
}
