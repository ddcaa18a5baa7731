import type { Lake } from '../catalog/lake.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../model/configuration.ts'
import type { Pipeline } from '../model/pipeline.ts'
import { type Check, examine } from '../pipeline/upkeep/doctor.ts'
import type { Source } from '../source/source.ts'
import type { State } from '../state/state.ts'
import type { Engine } from '../engine/engine.ts'
import { examineAlerts } from './alerting/checks.ts'
import { examineCitations } from './reading/citation-checks.ts'
import { type CheckedSecrets, secretChecks } from './secrets/checks.ts'

interface Parts {
  config: Config
  clock: Clock
  pipeline: Pipeline
  folder: string
  lakeExists(): boolean
  lake(create: boolean): Lake
  stateExists(): boolean
  state(): State
  rebuildState(): Check
  openSource(url: string): Promise<Source>
  openEngine(): Promise<Engine>
}

/** How long the source may take to answer before `doctor` calls it unreachable. */
const DOCTOR_MS = 20_000

/** The verb that looks at lake, state, source, secrets and alerts, and says what is wrong with them. */
export function examining(parts: Parts, checked: Pick<CheckedSecrets, 'secrets' | 'looseRights' | 'accountRights'>) {
  const { config, clock, pipeline, folder } = parts
  return {
    async doctor(options: { rebuild: boolean; sendTestMail?: boolean }): Promise<Check[]> {
      const rebuilt = options.rebuild ? [parts.rebuildState()] : []
      const { url } = config.source
      const signal = AbortSignal.timeout(DOCTOR_MS)
      const lake = parts.lakeExists() ? parts.lake(false) : undefined
      const found = await examine({
        folder,
        lake,
        pipeline,
        mapping: config.source.columns,
        clock,
        source: url === undefined ? undefined : () => parts.openSource(url),
        signal,
      })
      const cited = lake ? [await examineCitations({ lake, pipeline, openEngine: parts.openEngine })] : []
      const credentials = await secretChecks({ ...checked, config, clock }, signal)
      const state = parts.stateExists() ? parts.state() : undefined
      const told = await examineAlerts(config, state, { sendTest: options.sendTestMail, clock })
      return [...rebuilt, ...found, ...cited, ...credentials, ...told]
    },
  }
}
