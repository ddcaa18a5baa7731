import type { Stage, StagedColumnSink } from '../source/source.ts'
import { KeyWriter } from './key-writer.ts'
import { KnownKeys, type Numbers } from './known-keys.ts'
import { UnequalSink } from './unequal-sink.ts'

/** The lake's keys, to be compared with. */
export interface Known {
  /** SELECT of `key` and `cursor`, in which each key stands once. */
  select: string
  cursorType: string
  numbers: Numbers
}

/** A stage for a sweep, and what came of the comparison once the sweep is done; undefined where nothing could be compared. */
export interface ComparingStage {
  stage: Stage
  /** `equal` rows were dropped; the files hold the lake's rows that the source has otherwise or has not. */
  finish(): Promise<{ equal: number; files: string[] } | undefined>
}

/**
 * Compares keys with the lake's while the server still sends them, where they come as columns of 64 bits in the order of the
 * keys: then what differs is all that is staged, and little is left to be done after the last row.
 */
export function compareAsSwept(stage: Stage, known: Known): ComparingStage {
  const { columnSink } = stage
  if (!columnSink) return { stage, finish: async () => undefined }
  let comparing: { sink: UnequalSink; known: KeyWriter } | undefined
  const open = async (
    folder: string,
    name: string,
    columns: readonly { name: string; type: string }[],
    heapBytes = 1 << 20,
  ): Promise<StagedColumnSink> => {
    const [key, cursor] = columns
    const { cursorType } = known
    const fits = key?.type === 'BIGINT' && cursor?.type === cursorType && columns.length === 2
    if (comparing || !fits || (cursorType !== 'BIGINT' && cursorType !== 'TIMESTAMP')) {
      return columnSink(folder, name, columns, heapBytes)
    }
    const to = {
      swept: new KeyWriter(await columnSink(folder, name, columns, NO_TEXTS)),
      known: new KeyWriter(await columnSink(folder, `${name}-known`, KNOWN_COLUMNS(cursorType), NO_TEXTS)),
    }
    const sink = new UnequalSink(new KnownKeys(known.numbers, known.select, cursorType), to, heapBytes)
    comparing = { sink, known: to.known }
    return sink
  }
  return {
    stage: { ...stage, columnSink: open },
    async finish() {
      if (!comparing) return undefined
      const { files } = await comparing.known.finish()
      return { equal: comparing.sink.equal, files }
    },
  }
}

/** Bytes of heap in a sink that takes no texts. */
const NO_TEXTS = 64

const KNOWN_COLUMNS = (cursorType: string) => [
  { name: 'key', type: 'BIGINT' },
  { name: 'cursor', type: cursorType },
]
