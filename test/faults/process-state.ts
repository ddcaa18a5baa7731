import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until a process is stopped by SIGSTOP; rejects if it ends instead, or after 30 seconds. */
export async function untilStopped(pid: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 20) {
    if (/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return
    await sleep(20)
  }
  throw new Error(`Process ${pid} did not stop`)
}
