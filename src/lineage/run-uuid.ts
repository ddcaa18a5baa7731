import { createHash } from 'node:crypto'

/**
 * The UUID of a run, or of one of its steps: always the same for the same lake, run and step, so that a run that goes on
 * in another process is the same one to whoever listens. Laid out as version 7 (RFC 9562: it sorts by the time in the run's
 * name), its random bits taken from a SHA-256, as OpenLineage's own clients do for ids that must repeat.
 */
export function runUuid(lake: string, run: string, step = ''): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([lake, run, step]))
    .digest()
    .subarray(0, 16)
  bytes.writeUIntBE(beganMs(run), 0, 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** When a run began, from its name (`20261123T060000Z-x7k2`); 0 for a name of another shape. */
function beganMs(run: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(run)
  if (!parts) return 0
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return Math.max(0, Date.UTC(year, month - 1, day, hour, minute, second))
}
