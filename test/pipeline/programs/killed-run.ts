import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../../src/config.ts'
import { silentLog } from '../../../src/log.ts'
import { openPlatform } from '../../../src/platform.ts'

/** Makes a batch and dies of SIGKILL when a step has got to a state, or in the midst of the commit. */
const [folder = '', source = '', at = '', step = '', state = ''] = process.argv.slice(2)
const lake = join(folder, 'lake')
const die = (): void => void process.kill(process.pid, 'SIGKILL')

const metadataFiles = (): number =>
  readdirSync(join(lake, 'raw/crimes/metadata')).filter((name) => name.endsWith('.metadata.json')).length
if (state === 'midst') {
  const before = metadataFiles()
  setInterval(() => metadataFiles() > before && die(), 1)
}
await using platform = await openPlatform(loadConfig({ env: {}, flags: { lake, source }, cwd: folder }), silentLog)
await platform.run(
  { full: false, at },
  {
    signal: new AbortController().signal,
    onEvent: (event) => {
      if (event.type === 'step' && event.step === step && event.state === state) die()
    },
  },
)
