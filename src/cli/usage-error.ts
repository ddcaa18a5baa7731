import type { Command, CommanderError } from 'commander'
import { BlotterError } from '../errors.ts'

/** What commander says of a command line, as one of our own errors; what was given to `secret` is never repeated. */
export function usageError(error: CommanderError, args: readonly string[], program: Command): BlotterError {
  const { verbs, command, other } = readVerbs(args, program)
  const isSecret = verbs[0] === 'secret'
  const explained = `\`${['blotter', ...verbs, '--help'].join(' ')}\` explains.`
  const inner = command.commands.map((one) => one.name())
  // What is no verb there is, to commander, an argument too much of the verb that stands for none.
  const isNoVerb = error.code === 'commander.help' || /Expected 0 arguments/.test(error.message)
  if (inner.length > 0 && isNoVerb) {
    const named = other === undefined ? 'needs' : isSecret ? 'has no such verb, but' : `has no verb "${other}", but`
    return new BlotterError('usage', `\`${['blotter', ...verbs].join(' ')}\` ${named} one of ${inner.join(', ')}.`, {
      todo: explained,
    })
  }
  // What was given too much to `secret` is most likely the secret itself.
  const said = isSecret ? error.message.replace(/(?<= but got \d+):.*/s, '.') : error.message
  const [first = '', ...hints] = said
    .replace(/^error: /, '')
    .replaceAll("'", '"')
    .split('\n')
  const meant = hints.join(' ').replace(/^\(|\)$/g, '')
  const message = `${first.slice(0, 1).toUpperCase()}${first.slice(1)}${/[.?]$/.test(first) ? '' : '.'}`
  return new BlotterError('usage', message, {
    todo: `${meant === '' ? '' : `${meant} `}${explained}`,
    ...(isSecret ? {} : { cause: error }),
  })
}

/** The verbs that a command line names, outermost first, what they name, and the first other word that is no option. */
function readVerbs(args: readonly string[], program: Command): { verbs: string[]; command: Command; other?: string } {
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
    if (!verb) return { verbs, command, other: word }
    verbs.push(word)
    known.push(...verb.options)
    command = verb
  }
  return { verbs, command }
}
