/** Where a value stands in a JSON text, counted from 0: by its path, or the closest above it that is there. The text parses. */
export function placeInJson(text: string, path: readonly PropertyKey[]): number {
  const walker = { text, at: 0 }
  skipSpace(walker)
  for (const step of path) {
    const inner = enter(walker, step)
    if (inner === undefined) break
    walker.at = inner
  }
  return walker.at
}

interface Walker {
  readonly text: string
  at: number
}

/** Where the member or item begins, of the object or array that begins here; undefined where there is none. */
function enter({ text, at }: Walker, step: PropertyKey): number | undefined {
  const inside = { text, at: at + 1 }
  const isObject = text[at] === '{'
  if (!isObject && text[at] !== '[') return undefined
  skipSpace(inside)
  for (let index = 0; !'}]'.includes(text[inside.at]!); index++) {
    const begin = inside.at
    let name: string = String(index)
    if (isObject) {
      skipValue(inside)
      name = JSON.parse(text.slice(begin, inside.at)) as string
      skipSpace(inside)
    }
    if (name === String(step)) return inside.at
    skipValue(inside)
    skipSpace(inside)
  }
  return undefined
}

/** Over spaces and what parts values: none of them is a value. */
function skipSpace(walker: Walker): void {
  while (/[\s,:]/.test(walker.text[walker.at] ?? '')) walker.at++
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{}]|[^\s,:[\]{}"]+/gy

function skipValue(walker: Walker): void {
  let depth = 0
  do {
    skipSpace(walker)
    TOKEN.lastIndex = walker.at
    const token = TOKEN.exec(walker.text)?.[0] ?? ''
    if (token === '') return
    walker.at += token.length
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
  } while (depth > 0)
}
