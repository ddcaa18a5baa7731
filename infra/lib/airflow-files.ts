import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import type { AirflowFile } from '../../src/model/dag.ts'

/** What MWAA installs: names of packages, and one archive with their wheels and the plugins. */
export interface AirflowPackages {
  requirements: string
  /** `plugins.zip`; undefined where nothing is in it. */
  archive: Uint8Array | undefined
}

/**
 * Airflow reaches no package index from its network, so that what its image lacks comes as wheels in the archive of plugins.
 * Amazon's and SMTP's providers are in the image.
 */
export function packagesOf(files: readonly AirflowFile[], wheels: string): AirflowPackages {
  const names = readdirSync(wheels).filter((name) => name.endsWith('.whl'))
  const plugins = files.filter(({ path }) => path.startsWith('plugins/'))
  const entries = [
    ...plugins.map(({ path, text }) => [path.replace('plugins/', ''), new TextEncoder().encode(text)] as const),
    ...names.map((name) => [name, new Uint8Array(readFileSync(join(wheels, name)))] as const),
  ]
  const packages = names.map((name) => name.split('-', 1)[0]!)
  return {
    requirements: [...OFFLINE, ...packages, ''].join('\n'),
    // An archive with the time in it would be another one at every synthesis.
    archive:
      entries.length === 0 ? undefined : zipSync(Object.fromEntries(entries), { mtime: new Date('2020-01-01T00:00:00Z') }),
  }
}

const OFFLINE = [
  // MWAA looks for this very word, and else holds wheels to the versions of its own list.
  '# No --constraint is needed.',
  '--no-index',
  '--find-links /usr/local/airflow/plugins',
]
