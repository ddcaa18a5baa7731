/** Extracts a table to Parquet in a process of its own: `extract.ts URL FOLDER fast|plain`, with the password in PASSWORD. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import { openMysqlSource } from '../../src/source/mysql/source.ts'

const [url = '', folder = '', reader = 'fast'] = process.argv.slice(2)
const signal = new AbortController().signal
await mkdir(folder, { recursive: true })
const source = openMysqlSource(url, {
  table: 'crimes',
  password: process.env['PASSWORD'],
  reader: reader === 'plain' ? 'plain' : 'fast',
})
await using engine = await openDuckDb({ memoryBytes: 2 ** 30, spillFolder: join(folder, 'spill') })
await using view = await source.open(signal)
const { rows, counted } = await view.extract({ stage: { ...engine, folder }, signal, progress: () => {} })
if (rows !== counted) throw new Error(`${counted} rows were counted, ${rows} arrived.`)
console.log(rows)
