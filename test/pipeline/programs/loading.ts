import { join } from 'node:path'
import { openDuckDb } from '../../../src/engine/duckdb/engine.ts'
import { loadPipeline } from '../../../src/pipeline/definition/load.ts'
import { loadIncidents } from '../../../src/pipeline/load-incidents.ts'
import { openDemoSource } from '../../../src/source/demo/source.ts'

/** Loads synthetic incidents into nowhere and tells the rows and the most memory that it took: `loading.ts FOLDER ROWS BYTES`. */
const [folder = '', rows = '', memoryBytes = ''] = process.argv.slice(2)
const pipeline = await loadPipeline(join(import.meta.dirname, '../../../pipelines/chicago-crimes'))
await using engine = await openDuckDb({ memoryBytes: Number(memoryBytes), spillFolder: join(folder, 'spill') })
const { rows: counts } = await loadIncidents({
  engine,
  source: openDemoSource(`demo://chicago?rows=${rows}`, { definition: pipeline.source, demo: pipeline.demo! }),
  pipeline,
  mapping: {},
  at: '2026-12-01T00:00:00Z',
  folder: join(folder, 'load'),
  signal: new AbortController().signal,
  progress: () => {},
  openTarget: async () => ({
    table: 'nowhere',
    created: false,
    upsert: () => Promise.reject(new Error('Rows come as files.')),
    upsertFile: async (file) => ({ inserted: file.rows, updated: 0, unchanged: 0 }),
    async [Symbol.asyncDispose]() {},
  }),
})
console.log(JSON.stringify({ inserted: counts.inserted, peakBytes: process.resourceUsage().maxRSS * 1024 }))
