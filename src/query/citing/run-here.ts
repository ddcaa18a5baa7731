import type { Engine } from '../../engine/engine.ts'
import { BlotterError } from '../../errors.ts'
import { errorRecord } from '../../state/error-record.ts'
import type { ResultColumn } from '../query.ts'
import { answerQuery } from '../sandbox/answer-query.ts'
import type { QueryRunner } from './cite.ts'

/** Runs queries in this process, for whoever typed them: it is their own memory. Results are text, none is a file. */
export function runHere(openEngine: () => Promise<Engine>): QueryRunner {
  return {
    async run(query, signal) {
      const pieces: string[] = []
      let columns: readonly ResultColumn[] = []
      let told = { rows: 0, isTruncated: false }
      const { scan, ...order } = query
      await answerQuery(
        { type: 'query', folder: '', ...order },
        openEngine,
        {
          tell(message) {
            if (message.type === 'columns') columns = message.columns
            if (message.type === 'done') told = message
          },
          ask: (wish) =>
            scan(wish).catch((error: unknown) => {
              if (error instanceof BlotterError) return { error: errorRecord(error) }
              throw error
            }),
          write: async (text) => void pieces.push(text),
        },
        signal,
      )
      const { rows, isTruncated } = told
      return { columns, rows, isTruncated, text: pieces.join(''), file: '', [Symbol.asyncDispose]: async () => {} }
    },
  }
}
