import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

const here = import.meta.dirname
const central = 'https://repo1.maven.org/maven2'
const fetchTimeoutMs = 5 * 60_000
const atOnce = 6

/**
 * The class path of Apache's REST catalog server: the jars that `oracle-jars.txt` pins, fetched from Maven Central on first use
 * (80 MB) into `$XDG_CACHE_HOME/blotter` or `~/.cache/blotter`, and used only when complete and as pinned.
 */
export async function prepareOracle(say: (message: string) => void): Promise<string> {
  const list = readFileSync(join(here, 'oracle-jars.txt'), 'utf8')
  const pins = createHash('sha256').update(list).digest('hex')
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const folder = join(cache, 'blotter', `oracle-${pins.slice(0, 12)}`)
  if (!existsSync(folder)) await make(folder, list, say)
  return (await readdir(folder)).map((jar) => join(folder, jar)).join(delimiter)
}

// Made beside its place and moved there when complete, so that an interrupted download is never mistaken for one.
async function make(folder: string, list: string, say: (message: string) => void): Promise<void> {
  const jars = list.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const draft = `${folder}.${process.pid}`
  say(`Fetching Apache’s REST catalog server, once (${jars.length} jars, 80 MB from Maven Central) …`)
  await mkdir(draft, { recursive: true })
  try {
    for (let start = 0; start < jars.length; start += atOnce) {
      await Promise.all(jars.slice(start, start + atOnce).map((line) => fetchJar(draft, line)))
    }
    await rename(draft, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function fetchJar(folder: string, line: string): Promise<void> {
  const [coordinate = '', sha256] = line.split(' ')
  const [group = '', name, version, classifier] = coordinate.split(':')
  const file = `${[name, version, classifier].filter((part) => part !== undefined).join('-')}.jar`
  const url = `${central}/${group.replaceAll('.', '/')}/${name}/${version}/${file}`
  const answer = await fetch(url, { signal: AbortSignal.timeout(fetchTimeoutMs) })
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}.`)
  const bytes = Buffer.from(await answer.arrayBuffer())
  const got = createHash('sha256').update(bytes).digest('hex')
  if (got !== sha256)
    throw new Error(`${coordinate} is not what oracle-jars.txt pins: expected SHA-256 ${sha256}, got ${got}.`)
  await writeFile(join(folder, file), bytes)
}
