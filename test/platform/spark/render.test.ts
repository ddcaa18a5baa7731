import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { loadConfig } from '../../../src/config.ts'
import { silentLog } from '../../../src/log.ts'
import { openPlatform } from '../../../src/platform.ts'

it('With `catalog: glue`, what is rendered for Spark and for Airflow finds its tables in Glue, and asks nobody for it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  try {
    const flags = { lake: 's3://lake/city', source: 'mysql://blotter_ro@db/chicago?table=crimes' }
    const config = loadConfig({ env: { BLOTTER_CATALOG: 'glue' }, flags, cwd: folder })
    await using platform = await openPlatform(config, silentLog)
    const rendered = join(folder, 'spark')
    await platform.sparkRender({ folder: rendered, assume: true, signal: AbortSignal.timeout(60_000) })
    const { conf } = (await platform.airflowDag({ secret: 'blotter/mysql' })).command
    for (const text of [
      await readFile(join(rendered, 'step.json'), 'utf8'),
      await readFile(join(rendered, 'run.sh'), 'utf8'),
      Object.entries(conf)
        .map((setting) => setting.join('='))
        .join('\n'),
    ]) {
      assert.match(text, /spark\.sql\.catalog\.blotter\.type=glue/)
      assert.match(text, /spark\.sql\.catalog\.blotter\.warehouse=s3:\/\/lake\/city/)
      assert.doesNotMatch(text, /sqlite/)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})
