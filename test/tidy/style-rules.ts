import { findings, type Finding, type SourceFile } from './source-file.ts'

/** Classes that packages give to elements of theirs. */
const OF_OTHERS = /^(?:react-flow|cm-)/

/** A class that no page gives to anything is a rule that nobody needs. */
export function classesAreUsed(styles: readonly SourceFile[], scripts: readonly SourceFile[]): Finding[] {
  const words = new Set(scripts.flatMap(({ text }) => text.match(/[a-z][\w-]*/g) ?? []))
  return styles
    .flatMap((style) => findings(style, 'text', /\.[a-z][\w-]*(?=[^;{}]*\{)/g, 'take the rule of `$&` out'))
    .filter(({ instead }) => {
      const name = /`\.(.+)`/.exec(instead)![1]!
      // `amount-${n}` bears all that begin so.
      const begin = name.slice(0, name.lastIndexOf('-') + 1)
      return !words.has(name) && !words.has(begin) && !OF_OTHERS.test(name)
    })
}
