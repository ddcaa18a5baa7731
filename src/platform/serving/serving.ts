import { type EngineCatalog, openEngineCatalog } from '../../catalog/engine-catalog.ts'
import type { Lake } from '../../catalog/lake.ts'
import type { Clock } from '../../clock.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Log } from '../../log.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import type { SingleSignOnConfig } from '../../model/configuration.ts'
import type { Bearer } from '../../model/scope.ts'
import { tableNames } from '../../pipeline/definition/tables.ts'
import { openChangeExplorer } from '../../query/change-explorer.ts'
import type { QuarantineWish } from '../../query/quarantine-list.ts'
import { openReader, type Reader } from '../../query/reader.ts'
import type { Identity } from '../../state/identity/identity.ts'
import type { State } from '../../state/state.ts'
import { listTables } from '../../query/table-list.ts'
import type { Dashboards } from '../../dashboard/dashboards.ts'
import { changes } from './changes.ts'
import { catalogPages } from './catalog-pages.ts'
import { dashboards } from '../reading/dashboard.ts'
import { enginesInTurn } from './engines-in-turn.ts'
import { openConsole } from './console.ts'
import { createEventBus } from './events.ts'
import type { Figures } from './figures.ts'
import { lineage } from '../reading/lineage.ts'
import type { RunDesk } from './run-desk.ts'
import { withRunNews } from './run-news.ts'

interface Parts {
  config: { state: string; memoryBytes: number; dashboard: { memoryBytes: number } }
  clock: Clock
  pipeline: Pipeline
  codeVersion: string
  lakeExists(): boolean
  lake(create: boolean): Lake
  reader(): Reader
  openEngine(): Promise<Engine>
  stateExists(): boolean
  state(): State
}

/** How those who ask are known: programs by tokens, people by where they are kept. */
interface Known {
  bearerOf(token: string): Bearer | undefined
  people: { identity(): Identity; exists(): boolean; oidc: SingleSignOnConfig | undefined }
}

/** Engines that answers have at a time; each may take what the configuration grants to one. */
const ANSWERS_AT_ONCE = 2

/** What a server's answers are made of. An empty lake is made when an engine first asks for its tables. */
export function serving(parts: Parts, known: Known, figures: () => Promise<Figures>, log: Log, runs: RunDesk) {
  const names = tableNames(parts.pipeline)
  const openEngine = enginesInTurn(parts.openEngine, ANSWERS_AT_ONCE)
  const reader = (): Reader => openReader({ lake: parts.lake(false), pipeline: parts.pipeline, openEngine })
  const explorer = openChangeExplorer({ ...parts, lake: () => parts.lake(false) })
  const events = withRunNews(createEventBus(), parts)
  const console = openConsole(parts, log)
  let engines: EngineCatalog | undefined
  let opened: Dashboards | undefined
  const boards = (): Dashboards => (opened ??= dashboards(parts, log, events.publish))
  return {
    ...known,
    figures,
    log,
    batches: async () => (parts.lakeExists() ? reader().batches() : []),
    async tables(ref: string) {
      const { view, batch } = await reader().resolve(ref)
      const scans = (await reader().tablesAt(view, batch.batchAt)).filter((scan) => names.includes(scan.table))
      return { batchAt: batch.batchAt, tables: listTables(view, scans, batch.batchAt, names) }
    },
    runs,
    ...changes(explorer, boards),
    incident: async (id: string) => reader().history(id),
    search: async (text: string, at: string) => reader().search(text, at),
    quarantined: async (wish: QuarantineWish) => reader().quarantine(wish),
    lineage: lineage({ ...parts, reader }).lineage,
    catalogPages: catalogPages({ ...parts, openEngine, reader }),
    engineCatalog(): EngineCatalog {
      if (engines) return engines
      const { storage, catalog, location } = parts.lake(true)
      const own = new Set(names.map((name) => name.slice(0, name.lastIndexOf('.'))))
      engines = openEngineCatalog({
        storage,
        catalog,
        clock: parts.clock,
        places: { lake: location, own, keepOut: [parts.config.state] },
      })
      return engines
    },
    async ready() {
      if (parts.lakeExists()) await parts.lake(false).catalog.namespaces()
    },
    events,
    console,
    dashboards: boards,
    async [Symbol.asyncDispose]() {
      await console[Symbol.asyncDispose]()
      await opened?.[Symbol.asyncDispose]()
      await runs[Symbol.asyncDispose]()
      await explorer[Symbol.asyncDispose]()
    },
  }
}

export type Serving = ReturnType<typeof serving>
