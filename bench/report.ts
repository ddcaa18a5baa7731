import type { Measured } from './measure.ts'

export interface Result {
  contest: string
  name: string
  runs: Measured[]
}

type Figure = 'wallS' | 'cpuS' | 'serverCpuS' | 'peakRssMb'

/** A table for people: medians with the lowest and highest, and how each candidate compares with the first. */
export function tableOf(results: readonly Result[], rows: number): string {
  const [first] = results
  const head = ['', 'wall s', 'k rows/s', 'CPU s', 'server CPU s', 'peak RSS MB', 'wall : first', 'CPU : first']
  const lines = results.map((result) => [
    result.name,
    spread(result, 'wallS', 1),
    (rows / median(result, 'wallS') / 1000).toFixed(0),
    spread(result, 'cpuS', 1),
    spread(result, 'serverCpuS', 1),
    spread(result, 'peakRssMb', 0),
    (median(result, 'wallS') / median(first!, 'wallS')).toFixed(2),
    (median(result, 'cpuS') / median(first!, 'cpuS')).toFixed(2),
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export function median({ runs }: Result, figure: Figure): number {
  const sorted = runs.map((run) => run[figure]).sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function spread(result: Result, figure: Figure, digits: number): string {
  const all = result.runs.map((run) => run[figure])
  const text = (value: number): string => value.toFixed(digits)
  const range = all.length > 1 ? ` (${text(Math.min(...all))}–${text(Math.max(...all))})` : ''
  return `${text(median(result, figure))}${range}`
}
