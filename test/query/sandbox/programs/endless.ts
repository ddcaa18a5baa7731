import { fileURLToPath } from 'node:url'
import { openSandbox } from '../../../../src/query/sandbox/sandbox.ts'

/** A server that asks one query without an end, in the folder that is named, until somebody kills it. */
const program = fileURLToPath(new URL('../../../../src/platform/serving/query-process.ts', import.meta.url))
const most = { timeMs: 60_000, memoryBytes: 128 << 20, threads: 1, rows: 10, resultBytes: 1 << 20, spillBytes: 1 << 20 }
const sandbox = openSandbox({ program, folder: process.argv[2]!, most, working: 1, waiting: 1, waitMs: 1000 })
const query = {
  sql: 'select count(*) from range(100000000000)',
  batchAt: '2026-11-23T06:00:00Z',
  tables: [],
  functions: [],
  scan: () => Promise.reject(new Error('nothing is read')),
  form: 'rows' as const,
  limits: most,
}
await sandbox.run(query, 'somebody', new AbortController().signal)
