import { loadConfig } from '../../../../src/config.ts'
import { silentLog } from '../../../../src/log.ts'
import { openPlatform } from '../../../../src/platform.ts'

/** Makes a batch of a portal; whoever started it may kill it meanwhile. */
const [folder = '', lake = '', source = ''] = process.argv.slice(2)
await using platform = await openPlatform(loadConfig({ env: {}, flags: { lake, source }, cwd: folder }), silentLog)
await platform.run({ full: false }, { signal: new AbortController().signal, onEvent: () => {} })
