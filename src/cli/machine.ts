import { statfs } from 'node:fs/promises'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { dirname } from 'node:path'
import type { Config } from '../model/configuration.ts'
import type { Check } from '../pipeline/upkeep/doctor.ts'
import { size } from './show/figures.ts'

const NEEDED_NODE = 24
/** Below this a run of some hundred thousand rows can fill the disk. */
const LITTLE_DISK_BYTES = 2 * 2 ** 30
const TOO_LITTLE_DISK_BYTES = 200 * 2 ** 20
/** What Node.js itself and the state databases take beside the engine. */
const NODE_BYTES = 300 * 2 ** 20

/** What the machine has to offer, against what the configuration asks of it. */
export async function machineChecks(config: Config): Promise<Check[]> {
  return [nodeCheck(), memoryCheck(config.memoryBytes), ...(await diskChecks(config))]
}

function nodeCheck(): Check {
  const version = process.versions.node
  const message = `Node.js ${version} on ${process.platform} ${process.arch}`
  if (Number.parseInt(version, 10) >= NEEDED_NODE) return { name: 'node', state: 'ok', message }
  return {
    name: 'node',
    state: 'fail',
    message,
    fix: `Use Node.js ${NEEDED_NODE} or later; \`bin/blotter\` brings its own.`,
  }
}

function memoryCheck(engineBytes: number): Check {
  const available = process.availableMemory()
  const limit = process.constrainedMemory()
  const total = limit > 0 && limit < totalmem() ? limit : totalmem()
  const free = size(available > 0 ? available : freemem())
  const processors = availableParallelism()
  const message = `${free} free of ${size(total)}; the engine takes at most ${size(engineBytes)}, ${processors} processors`
  if (available >= engineBytes + NODE_BYTES) return { name: 'memory', state: 'ok', message }
  return {
    name: 'memory',
    state: 'warn',
    message,
    fix: 'Free some memory, or set BLOTTER_MEMORY=512MiB; the engine then spills to disk.',
  }
}

async function diskChecks({ lake, state }: Config): Promise<Check[]> {
  const folders = state.startsWith(lake) ? [lake] : [lake, state]
  return Promise.all(folders.filter((folder) => !folder.includes('://')).map(diskCheck))
}

async function diskCheck(folder: string): Promise<Check> {
  const free = await freeBytes(folder)
  const message = `${size(free)} free for ${folder}`
  if (free >= LITTLE_DISK_BYTES) return { name: 'disk', state: 'ok', message }
  const fix = 'Free some space, or put the lake elsewhere: a run needs about three times the size of what it reads.'
  return { name: 'disk', state: free < TOO_LITTLE_DISK_BYTES ? 'fail' : 'warn', message, fix }
}

/** Free space where the folder is, or where it will be. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch (error) {
    if (dirname(folder) === folder) throw error
    return freeBytes(dirname(folder))
  }
}
