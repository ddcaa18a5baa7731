/**
 * The values of each object of a JSON array, by name: texts as they are, numbers as they are written, booleans `true` and
 * `false`, nested values as JSON without spaces, null and what is missing as NULL. Objects are read one by one, so that a
 * page is never in memory as objects. Throws SyntaxError.
 */
export function* jsonRecords(text: string, names: readonly string[]): Generator<(string | null)[]> {
  for (const object of objectTexts(text)) {
    const plain = JSON.parse(object) as Record<string, unknown>
    // To keep numbers as they are written takes ten times as long, and portals write most of them as texts.
    const row = Object.values(plain).some(holdsNumber) ? (JSON.parse(object, asWritten) as Record<string, unknown>) : plain
    yield names.map((name) => textOf(Object.hasOwn(row, name) ? row[name] : null))
  }
}

function textOf(value: unknown): string | null {
  if (value === null || typeof value === 'string') return value
  return JSON.stringify(value)
}

function holdsNumber(value: unknown): boolean {
  if (typeof value === 'number') return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNumber)
}

/** The ways that TypeScript's library does not know yet (https://tc39.es/proposal-json-parse-with-source). */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }

function asWritten(this: unknown, _name: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? rawJSON(context.source) : value
}

const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9

/** The text of each object of an array. */
function* objectTexts(text: string): Generator<string> {
  let at = 0
  let objects = 0
  const next = (): string => {
    while (at < text.length && isSpace(text.charCodeAt(at))) at++
    return text[at] ?? ''
  }
  if (next() !== '[') throw new SyntaxError(`it is no JSON array: it begins with \`${text.slice(0, 1)}\``)
  at++
  if (next() === ']') at++
  else {
    for (;;) {
      if (next() !== '{') throw new SyntaxError(cutOr(text, at, `object ${objects + 1} begins with \`${text[at]}\``))
      const end = objectEnd(text, at)
      if (end < 0) throw new SyntaxError(`it is cut: object ${objects + 1} is not finished`)
      yield text.slice(at, end)
      objects++
      at = end
      const sign = next()
      at++
      if (sign === ']') break
      if (sign !== ',') throw new SyntaxError(cutOr(text, at - 1, `\`${sign}\` follows object ${objects}`))
    }
  }
  if (next() !== '') throw new SyntaxError('something follows the array')
}

function cutOr(text: string, at: number, why: string): string {
  return at >= text.length ? 'it is cut: the array does not end' : why
}

function objectEnd(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 34) {
      at = closingQuote(text, at)
      if (at < 0) return -1
    } else if (code === 123) depth++
    else if (code === 125 && --depth === 0) return at + 1
  }
  return -1
}

function closingQuote(text: string, opening: number): number {
  for (let at = opening + 1; ; at++) {
    at = text.indexOf('"', at)
    if (at < 0) return -1
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === 92) slashes++
    if (slashes % 2 === 0) return at
  }
}
