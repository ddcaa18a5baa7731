import { openSocrataSource } from '../../../src/source/socrata/source.ts'
import type { Source } from '../../../src/source/source.ts'
import { type SocrataRow, type SocrataServer, startSocrata } from '../../services/socrata.ts'

/** Quick enough for a test, and the same each time. */
const IMPATIENT = { baseMs: 2, capMs: 8, answerMs: 2000, idleMs: 300, totalMs: 5000 }

export interface TestOptions {
  token?: string
  now?: string
  patience?: Parameters<typeof openSocrataSource>[1]['patience']
}

/** A source of the server's dataset with the key `id` and the time `seen_on`. */
export function openTest(server: SocrataServer, parameters: Record<string, string> = {}, options: TestOptions = {}): Source {
  const { token, now = '2026-11-23T12:00:00Z', patience } = options
  return openSocrataSource(server.url(parameters), {
    definition: { key: 'id', occurred: 'seen_on', timezone: 'America/Chicago' },
    locate: (columns, declared) => columns.find((column) => column.name === declared),
    clock: { now: () => new Date(now) },
    patience: { ...IMPATIENT, ...patience },
    random: () => 0.5,
    ...(token === undefined ? {} : { token }),
  })
}

/** So many trees, of one each day from 2026-01-01 on. */
export function treesOf(count: number): SocrataRow[] {
  return Array.from({ length: count }, (_, i) => ({
    id: String(i + 1),
    kind: ['oak', 'elm', 'ash'][i % 3],
    felled: i % 4 === 0,
    seen_on: new Date(Date.UTC(2026, 0, 1 + i)).toISOString().replace('Z', ''),
    updated_on: '2026-11-01T00:00:00.000',
  }))
}

export function startTrees(count: number): Promise<SocrataServer> {
  return startSocrata({
    columns: [
      { fieldName: 'id', dataTypeName: 'number' },
      { fieldName: 'kind', dataTypeName: 'text' },
      { fieldName: 'felled', dataTypeName: 'checkbox' },
      { fieldName: 'seen_on', dataTypeName: 'calendar_date' },
      { fieldName: 'updated_on', dataTypeName: 'calendar_date' },
      { fieldName: 'secret', dataTypeName: 'text', flags: ['hidden'] },
    ],
    rows: treesOf(count),
  })
}
