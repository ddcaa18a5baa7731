import type { FastifyInstance } from 'fastify'
import { BlotterError } from '../../errors.ts'
import { formatJson, parseJson } from '../../lake/format/exact-json.ts'

/** Commits that drop thousands of snapshots are the largest there are. */
export const BODY_LIMIT_BYTES = 16 << 20
const DEEPEST = 200

/** Reads and writes JSON without rounding: snapshot ids have up to 63 bits, and are numbers in this protocol. */
export function keepIntegersExact(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const whole = { parseAs: 'string', bodyLimit: BODY_LIMIT_BYTES } as const
  app.addContentTypeParser(/^application\/(?:[\w.-]+\+)?json/, whole, async (_request: unknown, text: string) =>
    text.trim() === '' ? undefined : parsed(text),
  )
  // What comes without a body may claim any type.
  app.addContentTypeParser('*', whole, async (_request: unknown, text: string) => {
    if (text.trim() === '') return undefined
    throw badBody('it is not JSON by its content type')
  })
  app.setReplySerializer(formatJson)
}

function parsed(text: string): unknown {
  if (depthOf(text) > DEEPEST) throw badBody(`it is nested deeper than ${DEEPEST} times`)
  try {
    return parseJson(text)
  } catch (error) {
    throw badBody((error as Error).message)
  }
}

/** How deep brackets stand within brackets, those in texts left out; readers that recurse would break on very deep ones. */
function depthOf(text: string): number {
  let [depth, deepest] = [0, 0]
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '[' || token === '{') depth += 1
    else if (token === ']' || token === '}') depth -= 1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

function badBody(what: string): BlotterError {
  return new BlotterError('commit_refused', `The request's body cannot be read: ${what}. Nothing was changed.`, {
    todo: 'Send JSON as the Iceberg REST catalog specification has it.',
  })
}
