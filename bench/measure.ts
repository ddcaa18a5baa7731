import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setInterval } from 'node:timers'

/** What a command took, with all processes that it started. */
export interface Measured {
  wallS: number
  cpuS: number
  /** The database server's own, meanwhile. */
  serverCpuS: number
  /** The highest sum of the resident memory of all its processes at one time, looked at ten times a second. */
  peakRssMb: number
  output: string
}

export interface Command {
  words: readonly string[]
  env?: Readonly<Record<string, string>>
}

const TICKS_PER_SECOND = 100
const SAMPLE_MS = 100
const PAGE_MB = 4096 / 2 ** 20

/** Runs a command. Throws with what it printed where it fails. Linux only: it reads /proc. */
export async function measure({ words, env = {} }: Command, serverPid: number): Promise<Measured> {
  const serverBefore = cpuSecondsOf(serverPid)
  const begun = performance.now()
  // The shell's `times` knows of every process that was waited for, however deep.
  const script = '"$@"; code=$?; times >&3; exit $code'
  const child = spawn('sh', ['-c', script, 'sh', ...words], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const texts = ['', '', '']
  child.stdio.slice(1).forEach((stream, i) => stream!.on('data', (bytes: Buffer) => (texts[i] += bytes.toString())))
  let peakRssMb = 0
  const seen = new Map<number, number>()
  const sampling = setInterval(() => (peakRssMb = Math.max(peakRssMb, sampleTree(child.pid!, seen))), SAMPLE_MS)
  const code = await new Promise((resolve) => child.once('close', resolve))
  clearInterval(sampling)
  const wallS = (performance.now() - begun) / 1000
  if (code !== 0)
    throw new Error(`${words.join(' ')} ended with ${String(code)}:\n${texts[0]!.slice(-2000)}${texts[1]!.slice(-4000)}`)
  // Some leave processes behind that nobody waits for, as Spark does: what was seen of them last counts then.
  const seenS = [...seen.values()].reduce((sum, seconds) => sum + seconds, 0)
  const cpuS = Math.max(childrenSeconds(texts[2]!), seenS)
  return { wallS, cpuS, serverCpuS: cpuSecondsOf(serverPid) - serverBefore, peakRssMb, output: texts[0]! }
}

/** `0m1.230s 0m0.120s` of the second line. */
function childrenSeconds(times: string): number {
  const found = [...(times.trim().split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
  return found.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0)
}

/** Fields of /proc/PID/stat behind the name, which may hold anything. */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

function cpuSecondsOf(pid: number): number {
  return secondsIn(statOf(pid))
}

function secondsIn(fields: readonly string[]): number {
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Notes the CPU seconds of each process below the root, and returns their resident memory together. */
function sampleTree(root: number, seen: Map<number, number>): number {
  const stats = new Map<number, string[]>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    try {
      stats.set(pid, statOf(pid))
    } catch {
      // It has ended since the folder was read.
    }
  }
  const isBelow = (pid: number): boolean => {
    const parent = Number(stats.get(pid)?.[1] ?? 0)
    return pid === root || (parent > 0 && isBelow(parent))
  }
  let sum = 0
  for (const [pid, fields] of stats) {
    if (!isBelow(pid)) continue
    seen.set(pid, secondsIn(fields))
    sum += Number(fields[21]) * PAGE_MB
  }
  return sum
}
