import type { Command, CommanderError } from 'commander'
import { BlotterError } from '../errors.ts'

/** What commander says of a command line, as one of our own errors; what was given to `secret` is never repeated. */
export function usageError(error: CommanderError, args: readonly string[], program: Command): BlotterError {
  const verbs = verbsOf(args, program)
  const isSecret = verbs[0] === 'secret'
  // What was given too much to `secret` is most likely the secret itself.
  const said = isSecret ? error.message.replace(/(?<= but got \d+):.*/s, '.') : error.message
  const [first = '', ...hints] = said
    .replace(/^error: /, '')
    .replaceAll("'", '"')
    .split('\n')
  const meant = hints.join(' ').replace(/^\(|\)$/g, '')
  const message = `${first.slice(0, 1).toUpperCase()}${first.slice(1)}${/[.?]$/.test(first) ? '' : '.'}`
  return new BlotterError('usage', message, {
    todo: `${meant === '' ? '' : `${meant} `}\`${['blotter', ...verbs, '--help'].join(' ')}\` explains.`,
    ...(isSecret ? {} : { cause: error }),
  })
}

/** The verbs that a command line names, outermost first: words that are neither options nor their values. */
function verbsOf(args: readonly string[], program: Command): string[] {
  const verbs: string[] = []
  let command = program
  const known = program.options.slice()
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!
    if (word.startsWith('-')) {
      if (known.find(({ long, short }) => long === word || short === word)?.required) i++
      continue
    }
    const verb = command.commands.find((inner) => inner.name() === word)
    if (!verb) break
    verbs.push(word)
    known.push(...verb.options)
    command = verb
  }
  return verbs
}
