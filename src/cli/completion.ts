import type { Command, Option } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** A verb of the command tree, as far as a shell has to know it. */
interface Verb {
  /** `''` for the program itself, `runs show` for a verb below a verb. */
  path: string
  description: string
  verbs: Verb[]
  options: CompletedOption[]
  /** Words that its first argument takes. */
  words: readonly string[]
}

interface CompletedOption {
  names: string[]
  description: string
  /** What follows the option: nothing, one of some words, a file, or anything. */
  value: 'none' | 'file' | 'any' | readonly string[]
}

/** A script for a shell, made from the command tree, so that it never lags behind. */
export function completionScript(shell: Shell, program: Command): string {
  const root = verbOf(program, '')
  return { bash, zsh, fish }[shell](root)
}

function verbOf(command: Command, path: string): Verb {
  return {
    path,
    description: firstLine(command.summary() || command.description()),
    verbs: command.commands.map((inner) => verbOf(inner, `${path} ${inner.name()}`.trim())),
    options: command.options.filter((option) => !option.hidden).map(optionOf),
    words: command.registeredArguments[0]?.argChoices ?? [],
  }
}

function optionOf(option: Option): CompletedOption {
  const takes = option.required || option.optional
  const file = /<(file|dir)>/.test(option.flags)
  const value = !takes ? 'none' : (option.argChoices ?? (file ? 'file' : 'any'))
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: firstLine(option.description),
    value,
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0]!.replaceAll("'", '’').replaceAll('`', '')
}

function all(verb: Verb): Verb[] {
  return [verb, ...verb.verbs.flatMap(all)]
}

const HELP: CompletedOption = { names: ['--help'], description: 'explain', value: 'none' }

function bash(root: Verb): string {
  const verbs = all(root)
  const optionNames = (options: readonly CompletedOption[]): string[] => options.flatMap((option) => option.names)
  const words = verbs.map((verb) => {
    const own = verb === root ? [] : optionNames(verb.options)
    const names = [...verb.verbs.map((inner) => inner.path.split(' ').at(-1)!), ...verb.words]
    const known = [...own, ...optionNames([...root.options, HELP])]
    return `    '${verb.path}') words='${names.join(' ')}' options='${known.join(' ')}' ;;`
  })
  const options = verbs.flatMap((verb) => verb.options)
  const taking = options.filter((option) => option.value !== 'none').flatMap((option) => option.names)
  const files = options.filter((option) => option.value === 'file').flatMap((option) => option.names)
  const choices = options.flatMap(({ names, value }) => {
    if (!Array.isArray(value)) return []
    return `    ${names.join('|')}) COMPREPLY=($(compgen -W '${value.join(' ')}' -- "$current")); return ;;`
  })
  return `# Completion of blotter for bash.
_blotter() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} verb='' words='' options='' word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case "$word" in
    ${[...new Set(taking)].join('|')}) ((i++)) ;;
    -*) ;;
    *)
      case "\${verb:+$verb }$word" in
      ${verbs
        .slice(1)
        .map((verb) => `'${verb.path}'`)
        .join('|')}) verb="\${verb:+$verb }$word" ;;
      esac ;;
    esac
  done
  case "$previous" in
${[...new Set(choices)].join('\n')}
    ${[...new Set(files)].join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${[...new Set(taking)].join('|')}) return ;;
  esac
  case "$verb" in
${words.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
  esac
}
complete -o filenames -o bashdefault -F _blotter blotter
`
}

function zsh(root: Verb): string {
  const functionOf = (verb: Verb): string => `_blotter${verb.path === '' ? '' : `_${verb.path.replaceAll(' ', '_')}`}`
  const spec = (option: CompletedOption): string => {
    const action = Array.isArray(option.value)
      ? `:word:(${option.value.join(' ')})`
      : option.value === 'file'
        ? ':file:_files'
        : ':value:'
    const text = option.description.replaceAll(/[[\]:]/g, '\\$&')
    return option.names.map((name) => `    '${name}[${text}]${option.value === 'none' ? '' : action}'`).join(' \\\n')
  }
  const body = (verb: Verb): string => {
    const specs = [...new Set([...verb.options, ...root.options, HELP].map(spec))].join(' \\\n')
    const positional = verb.words.length > 0 ? ` \\\n    '1:word:(${verb.words.join(' ')})'` : ''
    if (verb.verbs.length === 0) return `${functionOf(verb)}() {\n  _arguments -s \\\n${specs}${positional}\n}\n`
    const names = verb.verbs.map((inner) => `      '${inner.path.split(' ').at(-1)}:${inner.description}'`)
    const cases = verb.verbs.map((inner) => `      ${inner.path.split(' ').at(-1)}) ${functionOf(inner)} ;;`)
    return `${functionOf(verb)}() {
  local context state line
  _arguments -C -s \\
${specs} \\
    '1: :->verb' '*:: :->rest'
  case $state in
  verb)
    local -a verbs
    verbs=(
${names.join('\n')}
    )
    _describe verb verbs ;;
  rest)
    case $line[1] in
${cases.join('\n')}
    esac ;;
  esac
}
`
  }
  const functions = all(root).toReversed().map(body).join('')
  return `#compdef blotter\n# Completion of blotter for zsh.\n${functions}compdef _blotter blotter\n`
}

function fish(root: Verb): string {
  const lines = ['# Completion of blotter for fish.', 'complete -c blotter -f']
  const option = (condition: string, { names, description, value }: CompletedOption): string => {
    const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ')
    const follows = Array.isArray(value)
      ? ` -x -a '${value.join(' ')}'`
      : value === 'file'
        ? ' -r -F'
        : value === 'any'
          ? ' -x'
          : ''
    return `complete -c blotter${condition} ${flags}${follows} -d '${description}'`
  }
  for (const known of [...root.options, HELP]) lines.push(option('', known))
  for (const verb of all(root)) {
    const seen = verb.path
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
    const here = verb.verbs.map((inner) => inner.path.split(' ').at(-1)!)
    const none =
      verb === root ? '__fish_use_subcommand' : [...seen, `not __fish_seen_subcommand_from ${here.join(' ')}`].join('; and ')
    for (const inner of verb.verbs) {
      lines.push(`complete -c blotter -n '${none}' -a ${inner.path.split(' ').at(-1)} -d '${inner.description}'`)
    }
    if (verb === root) continue
    for (const known of verb.options) lines.push(option(` -n '${seen.join('; and ')}'`, known))
    if (verb.words.length > 0) lines.push(`complete -c blotter -n '${seen.join('; and ')}' -a '${verb.words.join(' ')}'`)
  }
  return `${lines.join('\n')}\n`
}
