/**
 * `npm run bench:dashboard [-- --rows 8000000 --clicks 400 --viewers 50 --seconds 120 --lake DIR]`: what a filter click costs the
 * server over all charts, how long a refresh takes after a commit while pages are read all the while, and how many viewers
 * it bears. Over HTTP, on synthetic incidents. With `--first-paint`, before these: after how long a real Chromium on loopback
 * shows data. Never a test; Linux only, since it reads /proc.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { firstPaints } from './first-paint.ts'
import { type ServedLake, serveLake } from './served-lake.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '8000000' },
    clicks: { type: 'string', default: '400' },
    viewers: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '120' },
    port: { type: 'string', default: '7179' },
    lake: { type: 'string' },
    'first-paint': { type: 'boolean', default: false },
  },
})
const PAINTS = 10
const BOARD = '/api/v1/dashboards/crimes-without-arrest'
const say = (message: string): void => void process.stderr.write(`${message}\n`)

/** The same clicks in every run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return Math.floor((state / 0x8000_0000) * below)
  }
}

interface Board {
  first_date: string
  data_through: string
  dimensions: { name: string; kind: string; values?: { key: string }[] }[]
}

/**
 * Clicks as people make them on the page: one filter in six of ten, two in three, three in one. Values are taken from the
 * twenty commonest; hours are brushed twenty at a time, time by whole months.
 */
function clicker(
  { dimensions, first_date: first, data_through: last }: Board,
  random: (below: number) => number,
): () => string {
  const years = Number(last.slice(0, 4)) - Number(first.slice(0, 4))
  const month = (year: number, of: number): string =>
    `${Number(first.slice(0, 4)) + year}-${String(1 + of).padStart(2, '0')}`
  const one = ({ name, kind, values = [] }: Board['dimensions'][number]): string[] => {
    if (kind === 'time') {
      const year = random(years - 1)
      return [`from=${month(year, random(12))}`, `to=${month(year + 1, random(12))}`]
    }
    if (kind === 'weekday_hour') return Array.from({ length: 20 }, () => `${name}=${1 + random(7)}-${random(24)}`)
    const common = values.slice(0, 20)
    return Array.from({ length: 1 + random(2) }, () => `${name}=${encodeURIComponent(common[random(common.length)]!.key)}`)
  }
  return () => {
    const many = [1, 1, 1, 1, 1, 1, 2, 2, 2, 3][random(10)]!
    const chosen = new Map<string, string[]>()
    while (chosen.size < many) {
      const dimension = dimensions[random(dimensions.length)]!
      chosen.set(dimension.name, one(dimension))
    }
    return [...chosen.values()].flat().join('&')
  }
}

function told(name: string, numbers: readonly number[], unit = 'ms'): void {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (part: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN).toFixed(1)
  console.log(
    `${name.padEnd(52)} median ${at(0.5)} ${unit}  p95 ${at(0.95)}  p99 ${at(0.99)}  most ${at(1)}  n ${sorted.length}`,
  )
}

async function clicks(city: ServedLake, board: Board, n: number): Promise<void> {
  const click = clicker(board, randomOf(7))
  const server: number[] = []
  const whole: number[] = []
  const cpu = city.cpuSeconds()
  for (let i = 0; i < n; i++) {
    const begun = performance.now()
    const answer = await city.get(`${BOARD}/figures?${click()}`)
    const { server_ms: ms } = (await answer.json()) as { server_ms: number }
    whole.push(performance.now() - begun)
    server.push(ms)
  }
  told('filter click, counting all charts (server_ms)', server)
  told('filter click, whole request over HTTP', whole)
  console.log(`CPU of the server for each click: ${(((city.cpuSeconds() - cpu) / n) * 1000).toFixed(1)} ms`)
}

async function refresh(city: ServedLake, board: Board): Promise<void> {
  const stop = new AbortController()
  const click = clicker(board, randomOf(11))
  let errors = 0
  const during: number[] = []
  const reading = (async () => {
    while (!stop.signal.aborted) {
      const begun = performance.now()
      const { ok } = await city.get(`${BOARD}/figures?${click()}`)
      during.push(performance.now() - begun)
      if (!ok) errors++
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  let noticed = 0
  const refreshed = (async () => {
    for await (const { type, data } of city.events(stop.signal)) {
      if (type === 'batch') noticed = performance.now()
      if (type === 'refresh' && data['state'] === 'fresh' && noticed > 0) return performance.now()
    }
    throw new Error('The events ended before the refresh did.')
  })()
  const begun = performance.now()
  await city.makeBatch()
  const done = await refreshed
  stop.abort()
  await reading
  const seconds = (ms: number): string => (ms / 1000).toFixed(1)
  console.log(
    `run of a day's pull ${seconds(noticed - begun)} s to its commit; refresh after commit ${seconds(done - noticed)} s`,
  )
  told(`reads while the run and the refresh went on, ${errors} errors`, during)
}

async function viewers(city: ServedLake, board: Board, n: number, seconds: number): Promise<void> {
  const until = performance.now() + seconds * 1000
  const times: number[] = []
  const errors = new Map<number, number>()
  const viewer = async (seed: number): Promise<void> => {
    const random = randomOf(seed * 7919)
    const click = clicker(board, random)
    while (performance.now() < until) {
      const begun = performance.now()
      const answer = await city.get(`${BOARD}/figures?${click()}`)
      await answer.arrayBuffer()
      times.push(performance.now() - begun)
      if (!answer.ok) errors.set(answer.status, (errors.get(answer.status) ?? 0) + 1)
      await new Promise((resolve) => setTimeout(resolve, 500 + random(1500)))
    }
  }
  await Promise.all(Array.from({ length: n }, (_, i) => viewer(i + 1)))
  told(`${n} viewers for ${seconds} s, each a click in 1.25 s or so`, times)
  console.log(`errors ${JSON.stringify(Object.fromEntries(errors))}`)
}

const folder = values.lake ?? (await mkdtemp(join(tmpdir(), 'blotter-bench-')))
try {
  await using city = await serveLake({ lake: folder, rows: Number(values.rows), port: Number(values.port), say })
  const load = (): string => `load ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()} cores`
  say('Loading the dashboard …')
  const begun = performance.now()
  const answer = await city.get(BOARD)
  if (!answer.ok) throw new Error(await answer.text())
  const board = (await answer.json()) as Board
  console.log(
    `first load after start ${((performance.now() - begun) / 1000).toFixed(1)} s, ${load()}; memory ${JSON.stringify(city.memoryMb())} MB`,
  )
  if (values['first-paint']) told('first paint with data, in Chromium', await firstPaints(city, PAINTS))
  await clicks(city, board, Number(values.clicks))
  console.log(load())
  await refresh(city, board)
  console.log(`${load()}; memory ${JSON.stringify(city.memoryMb())} MB`)
  await viewers(city, board, Number(values.viewers), Number(values.seconds))
  console.log(`${load()}; memory ${JSON.stringify(city.memoryMb())} MB`)
} finally {
  if (!values.lake) await rm(folder, { recursive: true, force: true })
}
