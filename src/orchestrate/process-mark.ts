import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A process by more than its number, which the system gives to another process when this one has ended. */
export interface ProcessMark {
  pid: number
  host: string
  /** The space in which `pid` means something: machine start and pid namespace; empty where that is unknown. */
  process_space: string
  /** When the process was started, in the operating system's own words; empty where that is unknown. */
  process_started: string
}

export function thisProcess(): ProcessMark {
  const found = startOf(process.pid)
  return {
    pid: process.pid,
    host: hostname(),
    process_space: processSpace(),
    process_started: typeof found === 'string' ? found : '',
  }
}

/**
 * Whether the marked process still runs: true or false where that can be told from here, which is on the same host, and
 * undefined where it cannot (another host or container, a system that hides when a process was started).
 */
export function isRunning(mark: ProcessMark): boolean | undefined {
  if (mark.host !== hostname() || mark.process_space !== processSpace()) return undefined
  const found = startOf(mark.pid)
  if (found === 'gone') return false
  if (found === undefined || mark.process_started === '') return undefined
  return found === mark.process_started
}

/** Containers can share a host's name and not its process numbers, so Linux is asked for both parts. */
function processSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return ''
  }
}

/** When a process was started, `gone` if there is none of this number, undefined where the system does not say. */
function startOf(pid: number): string | undefined {
  if (!exists(pid)) return 'gone'
  return process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid)
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

/** Field 22 of `/proc/PID/stat`, in clock ticks since the machine's start. A zombie has ended: nothing of it runs. */
function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets, which may hold spaces and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? 'gone' : fields[19]
  } catch {
    return undefined
  }
}

function startByPs(pid: number): string | undefined {
  try {
    // The zone is fixed: `lstart` is a wall clock, and two processes may have been started under different ones.
    const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' }
    const shown = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 2000, env })
    return shown.trim() || undefined
  } catch {
    return undefined
  }
}
