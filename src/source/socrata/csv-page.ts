/**
 * The values of each record of a CSV text (RFC 4180) whose header has just these names, in this order; an empty value is
 * NULL, since CSV has no other word for it. Throws SyntaxError for another header, a cut text, and a record that has more
 * or fewer values.
 */
export function* csvRecords(text: string, names: readonly string[]): Generator<(string | null)[]> {
  let records = -1
  for (const values of recordsOf(text)) {
    records++
    if (records > 0 && values.length !== names.length) {
      throw new SyntaxError(`record ${records} has ${values.length} values instead of ${names.length}`)
    }
    if (records > 0) yield values.map((value) => (value === '' ? null : value))
    else if (values.join() !== names.join()) throw new SyntaxError(`its header is ${values.join()}, not ${names.join()}`)
  }
  if (records < 0) throw new SyntaxError('it has no header')
}

const QUOTE = 34
const COMMA = 44
const LF = 10
const CR = 13

function* recordsOf(text: string): Generator<string[]> {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  while (at < text.length) {
    const values: string[] = []
    for (;;) {
      const { value, end } = text.charCodeAt(at) === QUOTE ? quoted(text, at) : unquoted(text, at)
      values.push(value)
      at = end + 1
      if (text.charCodeAt(end) !== COMMA) {
        if (text.charCodeAt(end) === CR && text.charCodeAt(end + 1) === LF) at++
        break
      }
    }
    yield values
  }
}

function unquoted(text: string, from: number): { value: string; end: number } {
  let end = from
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === COMMA || code === LF || code === CR) break
  }
  return { value: text.slice(from, end), end }
}

function quoted(text: string, from: number): { value: string; end: number } {
  let value = ''
  for (let at = from + 1; ;) {
    const close = text.indexOf('"', at)
    if (close < 0) throw new SyntaxError('it is cut: a quote is not closed')
    value += text.slice(at, close)
    at = close + 1
    if (text.charCodeAt(at) !== QUOTE) {
      if (at === text.length || [COMMA, LF, CR].includes(text.charCodeAt(at))) return { value, end: at }
      throw new SyntaxError('something follows a closing quote')
    }
    value += '"'
    at++
  }
}
