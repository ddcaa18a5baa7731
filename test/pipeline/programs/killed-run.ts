import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../../src/config.ts'
import { silentLog } from '../../../src/log.ts'
import { openPlatform } from '../../../src/platform.ts'

/** Makes a batch and dies of SIGKILL when a step has got to a state, or in its midst, as new files of raw appear. */
const [folder = '', source = '', at = '', step = '', state = ''] = process.argv.slice(2)
const lake = join(folder, 'lake')
const die = (): void => void process.kill(process.pid, 'SIGKILL')

const files = (ending: string): number =>
  readdirSync(join(lake, 'raw/crimes'), { recursive: true }).filter((name) => String(name).endsWith(ending)).length

/** The commit writes metadata; what is written once the run has ended is its compaction. */
function dieInTheMidst(): void {
  const ending = step === 'commit' ? '.metadata.json' : '.parquet'
  const before = files(ending)
  setInterval(() => files(ending) > before && die(), 1)
}

await using platform = await openPlatform(loadConfig({ env: {}, flags: { lake, source }, cwd: folder }), silentLog)
await platform.run(
  { full: false, at },
  {
    signal: new AbortController().signal,
    onEvent: (event) => {
      if (step === 'compact' && event.type === 'notice') dieInTheMidst()
      if (event.type !== 'step' || event.step !== step) return
      if (event.state === state) die()
      if (event.state === 'running' && state === 'midst') dieInTheMidst()
    },
  },
)
