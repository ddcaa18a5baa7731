import { after } from 'node:test'
import { aggregate } from '../../src/dashboard/count/aggregates.ts'
import type { Held } from '../../src/dashboard/count/count.ts'
import { startCounters } from '../../src/dashboard/count/counters.ts'
import { loadMemory } from '../../src/dashboard/memory/load.ts'
import type { Memory } from '../../src/dashboard/memory/memory.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { openSmallCity, type SmallIncident, smallColumns, smallDefinition } from './small-city.ts'

export const counters = startCounters(2)
after(() => counters.close())

export const loading = {
  definition: smallDefinition,
  incidents: smallColumns,
  batchAt: '2026-02-01T06:00:00Z',
  limitBytes: 2 ** 30,
}

export interface Loaded {
  engine: Engine
  memory: Memory
  held: Held
}

export async function loaded(incidents: readonly SmallIncident[]): Promise<Loaded & AsyncDisposable> {
  const engine = await openSmallCity(incidents)
  const memory = await loadMemory(engine, loading)
  const { columns, calendar } = memory
  const id = counters.hold(columns)
  const held = { id, columns, calendar, aggregates: await aggregate(counters, id, columns, calendar) }
  return {
    engine,
    memory,
    held,
    async [Symbol.asyncDispose]() {
      counters.forget(id)
      await engine[Symbol.asyncDispose]()
    },
  }
}
