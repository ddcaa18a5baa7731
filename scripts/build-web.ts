/**
 * Builds web/dist where it is absent or older than what it is made of, without any network. Says what it did on stderr, and
 * leaves the old pages in place if the new ones cannot be built. `--force` builds anyway.
 */
import { globSync, statSync } from 'node:fs'
import { chmod, cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const web = fileURLToPath(new URL('../web', import.meta.url))
const dist = join(web, 'dist')
/** Smaller ones do not win anything. */
const COMPRESSED_FROM_BYTES = 1024
const KEPT_MS = 3_600_000

if (process.argv.includes('--force') || isStale()) await buildPages()

function isStale(): boolean {
  const sources = globSync(['src/**/*', 'public/*', 'index.html', 'vite.config.ts', 'package.json'], { cwd: web })
  const newest = Math.max(...sources.map((path) => changedMs(join(web, path))))
  return newest > changedMs(join(dist, 'pages.json'))
}

function changedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** Into a folder of its own, which then takes the place of the old one: whoever serves never sees half of it. */
async function buildPages(): Promise<void> {
  const begun = performance.now()
  const { build } = await import('vite')
  const made = await mkdtemp(join(web, '.dist-'))
  try {
    await build({ root: web, configFile: join(web, 'vite.config.ts'), logLevel: 'error', build: { outDir: made } })
    await compress(made)
    await writeFile(join(made, 'pages.json'), JSON.stringify(await addresses()))
    await replaceBy(made)
  } finally {
    await rm(made, { recursive: true, force: true })
  }
  process.stderr.write(`Built the pages in ${((performance.now() - begun) / 1000).toFixed(1)} s.\n`)
}

/** By a name that is made here: web/ has types of its own, which the checks of this folder do not know. */
async function addresses(): Promise<{ path: string; open: boolean }[]> {
  const { pages } = (await import(join(web, 'src', 'pages.ts'))) as { pages: { path: string; bare?: true }[] }
  return pages.map(({ path, bare = false }) => ({ path, open: bare }))
}

async function compress(folder: string): Promise<void> {
  for (const path of globSync('**/*.{js,css,svg,html}', { cwd: folder })) {
    const text = await readFile(join(folder, path))
    if (text.length < COMPRESSED_FROM_BYTES) continue
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 }
    await writeFile(join(folder, `${path}.br`), brotliCompressSync(text, { params }))
    await writeFile(join(folder, `${path}.gz`), gzipSync(text, { level: 9 }))
  }
}

/** Pages that are open load their parts late: those of the builds of the last hour stay beside the new ones. */
async function replaceBy(made: string): Promise<void> {
  const old = `${made}-old`
  for (const name of globSync('assets/*', { cwd: dist })) {
    const from = join(dist, name)
    if (Date.now() - changedMs(from) < KEPT_MS) await cp(from, join(made, name), { preserveTimestamps: true, force: false })
  }
  await chmod(made, 0o755)
  await rename(dist, old).catch(() => undefined)
  await rename(made, dist)
  await rm(old, { recursive: true, force: true })
}
