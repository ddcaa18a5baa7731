import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Debian packages in a folder: their programs run through the folder's own loader and C library, so any host will do. */
export interface Unpacked {
  folder: string
  /** The command line that runs a program of the folder, given its path inside (`usr/sbin/mysqld`). */
  command(program: string): string[]
}

export interface PackageRequest {
  /** Folder name in the cache, and what people call it. */
  name: string
  /** Installed with what they depend on; a name with `!` in front is unpacked alone. */
  packages: readonly string[]
  /** Unpacked from this suite of Debian instead of the machine's own. */
  suite?: string
  /** Dependencies that the programs do not need to run. */
  skip?: RegExp
}

export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'blotter')
}

/** The full path of a program on the PATH. */
export function onPath(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
}

export function isUnpacked(name: string): boolean {
  return existsSync(join(cacheFolder(), name, 'root'))
}

/**
 * Unpacks packages into the cache once and for all, without root and without touching the machine's own packages: apt works
 * on a private state, from the mirror that the machine's configuration names. Several processes may ask at once.
 */
export async function unpackDebian(request: PackageRequest): Promise<Unpacked> {
  const folder = join(cacheFolder(), request.name)
  await once(
    folder,
    () => existsSync(join(folder, 'root')),
    async () => {
      const work = join(folder, 'unfinished')
      await rm(work, { recursive: true, force: true })
      const archives = await download(join(work, 'apt'), request)
      await mkdir(join(work, 'root'))
      for (const archive of archives) await execute('dpkg-deb', ['-x', archive, join(work, 'root')])
      for (const waste of ['doc', 'man', 'locale', 'info', 'perl']) {
        await rm(join(work, 'root/usr/share', waste), { recursive: true, force: true })
      }
      await rename(join(work, 'root'), join(folder, 'root'))
      await rm(work, { recursive: true, force: true })
    },
  )
  return unpacked(join(folder, 'root'))
}

/** Runs `make` unless `made()`, in one process of this machine at a time; a lock whose process is gone is taken over. */
export async function once(folder: string, made: () => boolean, make: () => Promise<void>): Promise<void> {
  await mkdir(folder, { recursive: true })
  const lock = join(folder, 'lock')
  while (!made()) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' })
    } catch {
      const holder = Number(await readFile(lock, 'utf8').catch(() => ''))
      if (holder > 0 && !isAlive(holder)) await rm(lock, { force: true })
      await sleep(200)
      continue
    }
    try {
      if (!made()) await make()
    } finally {
      await rm(lock, { force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

async function download(state: string, request: PackageRequest): Promise<string[]> {
  const archives = join(state, 'cache/archives')
  await mkdir(join(state, 'lists/partial'), { recursive: true })
  await mkdir(join(archives, 'partial'), { recursive: true })
  await writeFile(join(state, 'status'), '')
  const settings = [
    `Dir::State=${state}`,
    `Dir::State::lists=${join(state, 'lists')}`,
    `Dir::State::status=${join(state, 'status')}`,
    `Dir::Cache=${join(state, 'cache')}`,
    'Acquire::Languages=none',
    // A mirror may serve a suite whose release file has expired; its signature is checked all the same.
    'Acquire::Check-Valid-Until=false',
    'APT::Install-Recommends=false',
    'APT::Sandbox::User=root',
    'Debug::NoLocking=true',
  ]
  const apt = async (...words: string[]): Promise<string> => {
    const options = settings.flatMap((setting) => ['-o', setting])
    const { stdout } = await execute('apt-get', ['-q', ...options, ...words], { cwd: archives, maxBuffer: 1 << 26 })
    return stdout
  }
  await apt('update')
  if (request.suite) {
    const targets = await apt('indextargets', '--format', '$(ORIGIN)|$(LABEL)|$(SITE)', 'Created-By: Packages')
    const mirror = targets
      .split('\n')
      .map((line) => line.split('|'))
      .find(([origin, label]) => origin === label)
    if (mirror?.[0] !== 'Debian') throw new Error('apt knows no Debian mirror here')
    const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
    await writeFile(join(state, 'sources.list'), `deb [signed-by=${keyring}] ${mirror[2]} ${request.suite} main\n`)
    settings.push(`Dir::Etc::sourcelist=${join(state, 'sources.list')}`, 'Dir::Etc::sourceparts=/dev/null')
    settings.push('Dir::Etc::preferencesparts=/dev/null')
    await apt('update')
  }
  await apt('install', '-y', '--download-only', ...request.packages.filter((name) => !name.startsWith('!')))
  for (const name of request.packages.filter((name) => name.startsWith('!'))) await apt('download', name.slice(1))
  const names = (await readdir(archives)).filter((name) => name.endsWith('.deb') && !request.skip?.test(name))
  return names.map((name) => join(archives, name))
}

async function unpacked(root: string): Promise<Unpacked> {
  const libraries = await readdir(join(root, 'usr/lib'), { recursive: true, withFileTypes: true })
  const older = existsSync(join(root, 'lib'))
    ? await readdir(join(root, 'lib'), { recursive: true, withFileTypes: true })
    : []
  const files = [...older, ...libraries]
  const loader = files.find((file) => /^ld-linux.*\.so\.\d$/.test(file.name))
  if (!loader) throw new Error(`${root} has no dynamic loader`)
  const folders = new Set(files.filter((file) => /\.so(\.\d+)*$/.test(file.name)).map((file) => file.parentPath))
  const searched = [...folders].filter((folder) => !/plugin|gconv|engines|ossl-modules/.test(folder)).join(':')
  const path = join(loader.parentPath, loader.name)
  await access(path)
  return { folder: root, command: (program) => [path, '--library-path', searched, join(root, program)] }
}
