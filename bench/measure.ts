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
  const child = spawn('sh', ['-c', script, 'sh', ...words], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const texts = ['', '', '']
  child.stdio.slice(1).forEach((stream, i) => stream!.on('data', (bytes: Buffer) => (texts[i] += bytes.toString())))
  let peakRssMb = 0
  const sampling = setInterval(() => (peakRssMb = Math.max(peakRssMb, treeRssMb(child.pid!))), SAMPLE_MS)
  const code = await new Promise((resolve) => child.once('close', resolve))
  clearInterval(sampling)
  const wallS = (performance.now() - begun) / 1000
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${String(code)}:\n${texts[0]!.slice(-2000)}${texts[1]!.slice(-4000)}`)
  return { wallS, cpuS: childrenSeconds(texts[2]!), serverCpuS: cpuSecondsOf(serverPid) - serverBefore, peakRssMb, output: texts[0]! }
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

export function cpuSecondsOf(pid: number): number {
  const fields = statOf(pid)
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

function treeRssMb(root: number): number {
  const parents = new Map<number, number>()
  const pages = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    try {
      const fields = statOf(pid)
      parents.set(pid, Number(fields[1]))
      pages.set(pid, Number(fields[21]))
    } catch {
      // It has ended since the folder was read.
    }
  }
  const isBelow = (pid: number | undefined): boolean => pid !== undefined && (pid === root || isBelow(parents.get(pid)))
  let sum = 0
  for (const [pid, resident] of pages) if (isBelow(pid)) sum += resident * PAGE_MB
  return sum
}
