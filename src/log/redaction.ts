import { formsOf } from './secret-forms.ts'

/** Knows the credentials that were seen, and takes them out of what is about to be shown or stored. */
export interface Redaction {
  /** From now on this value is taken out, in every spelling that a text may give it. */
  keep(value: string): void
  /** The text with `[redacted]` for each credential. */
  text(text: string): string
  /** A copy of a document with each of its strings redacted; its names and shape stay. */
  document<Document>(value: Document): Document
}

export const REDACTED = '[redacted]'

/** From so many characters on, a value is found within words too; a shorter one only where it stands by itself. */
const WITHIN_WORDS_CHARACTERS = 8
/** What is shorter would be found everywhere, and protects nothing. */
const FEWEST_CHARACTERS = 4
/** A shorter one that is a plain word or number cannot be told from the word: messages would lose theirs. */
const WORD_CHARACTERS = 12
const WORD = /^(?:\p{Ll}+|\p{Lu}+|\d+)$/u

export function createRedaction(): Redaction {
  const values = new Set<string>()
  let pattern: RegExp | undefined
  const text: Redaction['text'] = (given) => {
    if (values.size === 0 || given.length < FEWEST_CHARACTERS) return given
    pattern ??= patternOf(values)
    return given.replaceAll(pattern, REDACTED)
  }
  const document = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return value.map(document)
    if (!isPlain(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, document(inner)]))
  }
  return {
    keep(value) {
      const isPlainWord = value.length < WORD_CHARACTERS && WORD.test(value)
      if (value.length < FEWEST_CHARACTERS || isPlainWord || values.has(value)) return
      values.add(value)
      pattern = undefined
    },
    text,
    document: (value) => (values.size === 0 ? value : (document(value) as typeof value)),
  }
}

/**
 * The process's own: what one part has read as a credential no other part may show. One for all, since a value does not
 * know which lake or command it was read for.
 */
export const redaction: Redaction = createRedaction()

function patternOf(values: ReadonlySet<string>): RegExp {
  const forms = [...new Set([...values].flatMap(formsOf))].filter((form) => form.length >= FEWEST_CHARACTERS)
  // Of two forms that begin alike the longer one is to be taken, so that nothing of it is left over.
  const alternatives = forms
    .toSorted((a, b) => b.length - a.length)
    .map((form) => {
      const escaped = form.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
      return form.length >= WITHIN_WORDS_CHARACTERS ? escaped : `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`
    })
  return new RegExp(alternatives.join('|'), 'gu')
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
