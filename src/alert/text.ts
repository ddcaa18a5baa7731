import type { Content } from './content.ts'

const WIDTH = 76

/** The part of a mail for programs and people that want no HTML. */
export function textOf(content: Content): string {
  const { title, lead, facts, steps, log, todo, link, footer } = content
  const wide = Math.max(...facts.map(([label]) => label.length))
  return `${[
    [wrapped(title)],
    [wrapped(lead)],
    facts.map(([label, value]) => `${label.padEnd(wide)}  ${value}`),
    steps.length === 0 ? [] : ['Steps', ...stepRows(content)],
    log.length === 0 ? [] : ['Last attempts', ...log.map((line) => wrapped(line, '  '))],
    todo.length === 0 ? [] : ['What to do', ...todo.map((line) => wrapped(`- ${line}`, '  ').trimStart())],
    link === undefined ? [] : [`${link.text}: ${link.url}`],
    ['-- ', footer],
  ]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

function stepRows({ steps }: Content): string[] {
  const wide = Math.max(...steps.map(({ name }) => name.length))
  return steps.map(({ name, state, took, attempts, marked }) => {
    const again = Number(attempts) > 1 ? `  ${attempts} attempts` : ''
    return `${marked ? '> ' : '  '}${name.padEnd(wide)}  ${state.padEnd(10)}  ${took}${again}`.trimEnd()
  })
}

function wrapped(text: string, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + word.length + 1 > WIDTH) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? `${indent}${word}` : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}
