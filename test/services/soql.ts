/** The part of SoQL's conditions that tests need: comparisons, `in (…)`, `IS NULL`, AND and parentheses. */

/** Whether a row fits, by its values and by what a constant means beside a field. */
export type Condition = (value: (name: string) => unknown, constant: (name: string, text: string) => unknown) => boolean

const TOKEN = /\s*(?:'((?:[^']|'')*)'|(>=|<=|!=|[=<>(),])|([:\w]+))/y

interface Token {
  text: string
  literal: boolean
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex
    const found = TOKEN.exec(text)
    if (!found) throw new Error(`Could not parse SoQL query at character ${at + 1}: ${text}`)
    const [, literal, sign, word = ''] = found
    tokens.push(
      literal === undefined
        ? { text: sign ?? word, literal: false }
        : { text: literal.replaceAll("''", "'"), literal: true },
    )
  }
  return tokens
}

/** Throws for what it does not know, unknown fields included. */
export function parseCondition(text: string | undefined, names: readonly string[]): Condition {
  if (text === undefined) return () => true
  const tokens = tokensOf(text)
  let at = 0
  const peek = (): string | undefined => (tokens[at]?.literal ? undefined : tokens[at]?.text)
  const take = (expected?: string): string => {
    const token = tokens[at++]
    if (token === undefined || (expected !== undefined && token.text.toLowerCase() !== expected)) {
      throw new Error(`Expected ${expected ?? 'something'} but got ${token?.text ?? 'the end'} in ${text}`)
    }
    return token.text
  }
  const all = (): Condition => {
    const parts = [one()]
    while (peek()?.toLowerCase() === 'and') {
      take()
      parts.push(one())
    }
    return (value, constant) => parts.every((part) => part(value, constant))
  }
  const one = (): Condition => {
    if (peek() !== '(') return comparison()
    take('(')
    const inner = all()
    take(')')
    return inner
  }
  const comparison = (): Condition => {
    const name = take()
    if (!names.includes(name)) throw new Error(`No such column: ${name}`)
    const operator = take().toLowerCase()
    if (operator === 'is') {
      take('null')
      return (value) => (value(name) ?? null) === null
    }
    if (operator === 'in') {
      const list = new Set<string>()
      take('(')
      do list.add(take())
      while (take() === ',')
      return (value) => list.has(String(value(name)))
    }
    const right = take()
    return (value, constant) => compare(value(name), operator, constant(name, right))
  }
  const condition = all()
  if (at < tokens.length) throw new Error(`Unexpected ${tokens[at]!.text} in ${text}`)
  return condition
}

function compare(left: unknown, operator: string, right: unknown): boolean {
  if (left === null || left === undefined) return false
  const [a, b] = [left, right].some((side) => Number.isNaN(Number(side)))
    ? [String(left), String(right)]
    : [Number(left), Number(right)]
  switch (operator) {
    case '=':
      return a === b
    case '!=':
      return a !== b
    case '>':
      return a > b
    case '>=':
      return a >= b
    case '<':
      return a < b
    case '<=':
      return a <= b
    default:
      throw new Error(`Unknown operator ${operator}`)
  }
}
