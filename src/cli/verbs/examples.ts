/** Examples under a verb's help: what it is for, then what to type. */
export function examples(...pairs: readonly (readonly [what: string, command: string])[]): string {
  return `\nExamples:\n${pairs.map(([what, command]) => `  ${what}\n    $ ${command}`).join('\n')}`
}
