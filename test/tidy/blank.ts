/**
 * A source text twice, of the same length and lines: without its comments, and also without what stands in quotes, templates
 * and regular expressions. Good enough to judge style by, not to compile with.
 */
export function blank(text: string): { code: string; bare: string } {
  const code: string[] = []
  const bare: string[] = []
  const keep = (part: string): void => void (code.push(part), bare.push(part))
  const quote = (part: string): void => void (code.push(part), bare.push(part[0] + hide(part.slice(1, -1)) + part.at(-1)))
  // How many braces are open in each `${…}` that the reading is inside of.
  const holes: number[] = []
  let index = 0
  while (index < text.length) {
    const rest = text.slice(index, index + lookAhead)
    const comment = /^(?:\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest)?.[0]
    const quoted = /^(?:'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")/.exec(rest)?.[0]
    const open = holes.at(-1)
    const endsHole = rest[0] === '}' && open === 0
    if (comment !== undefined) {
      code.push(hide(comment))
      bare.push(hide(comment))
      index += comment.length
    } else if (quoted !== undefined) {
      quote(quoted)
      index += quoted.length
    } else if (rest[0] === '`' || endsHole) {
      if (endsHole) holes.pop()
      const piece = templatePiece(text, index + 1)
      if (piece.endsWith('${')) holes.push(0)
      const edge = piece.endsWith('${') ? 2 : 1
      code.push(rest[0] ?? '', piece)
      bare.push(rest[0] ?? '', hide(piece.slice(0, -edge)), piece.slice(-edge))
      index += 1 + piece.length
    } else if (rest[0] === '/' && valueMayStart(bare)) {
      const regex = /^\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/.exec(rest)?.[0] ?? '/'
      if (regex === '/') keep(regex)
      else quote(regex)
      index += regex.length
    } else {
      const word = /^[^'"`/{}]+/.exec(rest)?.[0] ?? rest[0] ?? ''
      if (open !== undefined && word === '{') holes[holes.length - 1] = open + 1
      if (open !== undefined && word === '}') holes[holes.length - 1] = open - 1
      keep(word)
      index += word.length
    }
  }
  return { code: code.join(''), bare: bare.join('') }
}

const lookAhead = 20_000

function hide(part: string): string {
  return part.replaceAll(/[^\n]/g, ' ')
}

/** The text of a template up to its closing backtick or its next `${`, whichever is first, with that. */
function templatePiece(text: string, from: number): string {
  const end = /^(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/.exec(text.slice(from, from + lookAhead))
  return end?.[0] ?? text.slice(from)
}

// A slash begins a regular expression only where a value may stand; anywhere else it divides.
function valueMayStart(bare: readonly string[]): boolean {
  const before = bare.slice(-3).join('').trimEnd()
  return before === '' || /(?:[(,=:[!&|?{};>]|\breturn)$/.test(before)
}
