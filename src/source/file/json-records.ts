/** Finds objects in a JSON text: an array of them, or one after another (newline-delimited, https://jsonlines.org). */

export interface JsonObject {
  text: string
  /** Every top-level value, parsed; numbers and nested values are to be had exactly from `rawMembers`. */
  value: Record<string, unknown>
}

export class JsonSyntaxError extends Error {}

/** Where the reader stands between two objects. */
type Place = 'start' | 'first' | 'element' | 'separator' | 'line' | 'end'

/** Takes a text in blocks and gives its objects. An instance reads one file. */
export class JsonRecords {
  #place: Place = 'start'
  #objects = 0

  /** True for an array, false for one object after another; undefined before the first sign. */
  get array(): boolean | undefined {
    return this.#place === 'start' ? undefined : this.#place !== 'line'
  }

  /** Gives the whole objects of a block that begins between two, and how many bytes are used up. Throws JsonSyntaxError. */
  read(block: Buffer, final: boolean): { objects: JsonObject[]; consumed: number } {
    const objects: JsonObject[] = []
    let at = 0
    for (;;) {
      while (at < block.length && isSpace(block[at]!)) at++
      if (at === block.length) break
      if (!this.#opens(block[at]!)) {
        at++
        continue
      }
      const end = objectEnd(block, at)
      if (end < 0) {
        if (final) throw new JsonSyntaxError(`${this.#where()} is not finished: the file is cut`)
        break
      }
      objects.push(this.#parse(block.subarray(at, end)))
      this.#objects++
      at = end
      this.#place = this.#place === 'line' ? 'line' : 'separator'
    }
    if (final && this.#place !== 'line' && this.#place !== 'end' && this.#place !== 'start') {
      throw new JsonSyntaxError(`the array ends without \`]\` after object ${this.#objects}: the file is cut`)
    }
    return { objects, consumed: at }
  }

  /** True if an object begins with this byte; otherwise the byte is a sign of the array. */
  #opens(byte: number): boolean {
    const sign = String.fromCharCode(byte)
    if (sign === '{' && this.#place !== 'separator' && this.#place !== 'end') {
      if (this.#place === 'start') this.#place = 'line'
      return true
    }
    if (sign === '[' && this.#place === 'start') this.#place = 'first'
    else if (sign === ']' && (this.#place === 'first' || this.#place === 'separator')) this.#place = 'end'
    else if (sign === ',' && this.#place === 'separator') this.#place = 'element'
    else if (this.#place === 'separator') throw new JsonSyntaxError(`a comma is missing behind object ${this.#objects}`)
    else if (this.#place === 'end') throw new JsonSyntaxError('something follows the array')
    else throw new JsonSyntaxError(`${this.#where()} begins with \`${sign}\` instead of \`{\``)
    return false
  }

  #where(): string {
    return `object ${this.#objects + 1}`
  }

  #parse(bytes: Buffer): JsonObject {
    try {
      const text = UTF8.decode(bytes)
      return { text, value: JSON.parse(text) as Record<string, unknown> }
    } catch (error) {
      throw new JsonSyntaxError(`${this.#where()} is no JSON: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const QUOTE = 34
const BACKSLASH = 92

const isSpace = (byte: number): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9

function objectEnd(block: Buffer, from: number): number {
  let depth = 0
  for (let at = from; at < block.length; at++) {
    const byte = block[at]
    if (byte === QUOTE) {
      at++
      while (at < block.length && block[at] !== QUOTE) at += block[at] === BACKSLASH ? 2 : 1
    } else if (byte === 123) depth++
    else if (byte === 125 && --depth === 0) return at + 1
  }
  return -1
}

/** The text of every top-level value of a valid object, without the spaces between signs; of equal names the last. */
export function rawMembers(text: string): Map<string, string> {
  const members = new Map<string, string>()
  let depth = 0
  let name: string | undefined
  let raw = ''
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g)) {
    if (depth === 1 && name === undefined && token.startsWith('"')) name = JSON.parse(token) as string
    else if (depth === 1 && token === ':') raw = ''
    else if (depth === 1 && (token === ',' || token === '}')) {
      if (name !== undefined) members.set(name, raw)
      name = undefined
    } else if (depth > 0) raw += token
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
  }
  return members
}

/** The object's values as text: strings as they are, numbers as they are written, null and nothing as NULL. */
export function textValues({ text, value }: JsonObject, names: readonly string[]): (string | null)[] {
  let raw: Map<string, string> | undefined
  return names.map((name) => {
    const found = Object.hasOwn(value, name) ? value[name] : null
    if (found === null || typeof found === 'string') return found
    if (typeof found === 'boolean') return String(found)
    raw ??= rawMembers(text)
    return raw.get(name) ?? null
  })
}
