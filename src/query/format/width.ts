const SEGMENTER = new Intl.Segmenter('en', { granularity: 'grapheme' })
const EAST_ASIAN =
  '\\u1100-\\u115F\\u2E80-\\uA4CF\\uAC00-\\uD7A3\\uF900-\\uFAFF\\uFE30-\\uFE6F\\uFF00-\\uFF60\\uFFE0-\\uFFE6'
const WIDE = new RegExp(`\\p{Emoji_Presentation}|[${EAST_ASIAN}\\u{20000}-\\u{3FFFD}]`, 'u')
const PLAIN = /^[\x20-\x7E]*$/

/** Columns of a terminal that a text takes: East Asian characters and emoji take two (Unicode Annex 11). */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const { segment } of SEGMENTER.segment(text)) width += WIDE.test(segment) ? 2 : 1
  return width
}

/** The text cut to a width, its last column an ellipsis if anything had to go. */
export function cutTo(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let kept = ''
  let used = 0
  for (const { segment } of SEGMENTER.segment(text)) {
    const next = used + (WIDE.test(segment) ? 2 : 1)
    if (next > width - 1) break
    kept += segment
    used = next
  }
  return `${kept}…`
}

export function padTo(text: string, width: number, side: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return side === 'left' ? text + space : space + text
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Control characters made visible: text from a table must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu,
    (c) => ESCAPES[c] ?? `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  )
}
