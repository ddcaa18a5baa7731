import { Argument } from 'commander'
import type { Verbs } from '../command-line.ts'
import { completionScript, SHELLS, type Shell } from '../completion.ts'
import { examples } from './examples.ts'

export function addCompletion({ program, action }: Verbs): void {
  program
    .command('completion')
    .summary('print a script that completes verbs in a shell')
    .description('Print a script that completes verbs and options in a shell.')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        ['In ~/.bashrc:', 'eval "$(blotter completion bash)"'],
        ['In ~/.zshrc, after compinit:', 'eval "$(blotter completion zsh)"'],
        ['For fish:', 'blotter completion fish > ~/.config/fish/completions/blotter.fish'],
      ),
    )
    .action(
      action<[Shell], object>(async (invocation, [shell]) => {
        const script = completionScript(shell, program)
        await invocation.print({ shell, script }, () => script)
      }),
    )
}
