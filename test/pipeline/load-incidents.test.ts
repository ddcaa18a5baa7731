import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import { loadPipeline } from '../../src/pipeline/definition/load.ts'
import { loadIncidents } from '../../src/pipeline/load-incidents.ts'
import { openMysqlSource } from '../../src/source/mysql/source.ts'
import { openMysqlTarget } from '../../src/source/mysql/target.ts'
import type { FoundColumn, Source } from '../../src/source/source.ts'
import { NO_MARIADB, startMariaDb } from '../services/mariadb.ts'
import { NO_MYSQL, startMySql } from '../services/mysql.ts'

const NEVER = new AbortController().signal
const servers = await Promise.all([startMariaDb(), startMySql()])
after(() => Promise.all(servers.map((server) => server?.stop())))
const pipeline = await loadPipeline(join(import.meta.dirname, '../../pipelines/chicago-crimes'))

interface Incident {
  description: string | null
  latitude: number | null
  arrest: boolean
}

const TYPES = { string: 'text', long: 'long', int: 'long', double: 'double', boolean: 'boolean' } as const

/** A number from its text, which the driver's own reading would not give exactly. Servers differ in the sign of zero. */
const numberOf = (value: unknown): number | null => (value === null ? null : Number(value) + 0)

/** Incidents with ascending ids, most of their columns empty. */
function sourceOf(rows: readonly Incident[], copies = 1): Source {
  const columns = pipeline.source.columns.map(({ name, type }): FoundColumn => {
    return { name, type: TYPES[type as keyof typeof TYPES] ?? 'timestamp', declared: type }
  })
  return {
    url: 'test:',
    partial: false,
    describe: async () => ({ what: 'Incidents of a test', columns, primaryKey: ['id'] }),
    open: async () => ({
      columns,
      async extract({ stage }) {
        const types = [
          ['id', 'BIGINT'],
          ['description', 'VARCHAR'],
          ['latitude', 'DOUBLE'],
          ['arrest', 'BOOLEAN'],
        ] as const
        const writer = await stage.chunkWriter(
          stage.folder,
          'given',
          types.map(([name, type]) => ({ name, type })),
        )
        await writer.write([
          rows.map((_, i) => i),
          rows.map((row) => row.description),
          rows.map((row) => row.latitude),
          rows.map((row) => row.arrest),
        ])
        const { files } = await writer.finish()
        const list = columns.map(({ name, type }) => {
          if (name === 'id') return `id + ${rows.length} * copy AS id`
          if (types.some(([given]) => given === name)) return name
          if (name === 'primary_type') return "'THEFT' AS primary_type"
          if (type === 'timestamp') return `TIMESTAMP '2024-03-10 02:30:00' AS "${name}"`
          return `NULL::${type === 'text' ? 'VARCHAR' : 'BIGINT'} AS "${name}"`
        })
        const path = join(stage.folder, 'incidents.parquet')
        const select = `SELECT ${list.join(', ')} FROM '${files[0]}', (SELECT range AS copy FROM range(${copies})) ORDER BY 1`
        const written = await stage.writeParquet(select, path)
        return { parts: [{ files: [path], columns, rows: written.rows }], rows: written.rows }
      },
      async [Symbol.asyncDispose]() {},
    }),
  }
}

for (const [name, server, missing] of [
  ['MariaDB', servers[0], NO_MARIADB],
  ['MySQL', servers[1], NO_MYSQL],
] as const) {
  describe(`Loading incidents into ${name}`, { skip: server ? false : missing }, () => {
    const load = async (table: string, source: Source) => {
      const root = await mkdtemp(join(tmpdir(), 'blotter-'))
      const folder = join(root, 'load')
      try {
        await using engine = await openDuckDb({ memoryBytes: 2 ** 29, spillFolder: join(root, 'spill') })
        const report = await loadIncidents({
          engine,
          source,
          pipeline,
          folder,
          mapping: {},
          at: '2026-01-01T00:00:00Z',
          signal: NEVER,
          progress: () => {},
          openTarget: () =>
            openMysqlTarget(server!.url('city', table), {
              definition: pipeline.source,
              password: server!.password,
              signal: NEVER,
            }),
        })
        assert.equal(existsSync(folder), false)
        return report.rows
      } finally {
        await rm(root, { recursive: true, force: true })
      }
    }

    it('brings every text and number as it was, whatever signs of the file it holds', async () => {
      await server!.admin('CREATE DATABASE IF NOT EXISTS city CHARACTER SET utf8mb4')
      const signs = fc.constantFrom('"', ',', '\n', '\r', '\\', '\t', 'NULL', '\\N', "'", ' ', '😀', 'é', '\0', 'x', '#', '')
      const incident = fc.record({
        description: fc.option(
          fc.oneof(
            fc.array(signs, { maxLength: 6 }).map((all) => all.join('')),
            fc.string({ unit: 'grapheme' }),
          ),
        ),
        latitude: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
        arrest: fc.boolean(),
      })
      const [rows] = fc.sample(fc.array(incident, { minLength: 600, maxLength: 600 }), 1)
      assert.deepEqual(await load('signs', sourceOf(rows!)), {
        read: 600,
        inserted: 600,
        updated: 0,
        unchanged: 0,
        refused: 0,
      })
      const found = await server!.admin(
        'SELECT description, CAST(latitude AS CHAR) AS latitude, arrest FROM city.signs ORDER BY id',
      )
      for (const [i, { description, latitude, arrest }] of rows!.entries()) {
        const row = found[i]!
        assert.deepEqual(
          [row['description'], numberOf(row['latitude']), row['arrest']],
          [description, numberOf(latitude), Number(arrest)],
        )
      }
      assert.deepEqual(await load('signs', sourceOf(rows!)), {
        read: 600,
        inserted: 0,
        updated: 0,
        unchanged: 600,
        refused: 0,
      })
    })

    it('loads more than goes into one file, in pieces that are committed one by one', async () => {
      const rows = Array.from({ length: 100 }, (_, i): Incident => ({
        description: `incident ${i}`,
        latitude: i / 7,
        arrest: i % 3 === 0,
      }))
      assert.equal((await load('many', sourceOf(rows, 1300))).inserted, 130_000)
      const [sum] = await server!.admin(
        'SELECT COUNT(*) AS n, SUM(arrest) AS arrests, MIN(id) AS first, MAX(id) AS last FROM city.many',
      )
      assert.deepEqual(
        [Number(sum!['n']), Number(sum!['arrests']), sum!['first'], sum!['last']],
        [130_000, 1300 * 34, 0, 129_999],
      )
      const source = openMysqlSource(server!.url('city', 'many'), { table: 'many', password: server!.password })
      assert.equal((await source.describe(NEVER)).columns.length, pipeline.source.columns.length)
    })
  })
}
