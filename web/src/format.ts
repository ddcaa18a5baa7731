/** How figures and times read: thousands apart, counts before shares, dates as `23 Nov 2026, 06:00`. */
const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const tenth = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MINUS = '−'

export function count(value: number): string {
  return integer.format(value)
}

/** `1.2K`, for axes alone. */
export function short(value: number): string {
  return compact.format(value)
}

/** `83.4%`; a dash where there is none, because the base is too small. */
export function percent(share: number | null | undefined): string {
  return share == null ? '–' : `${tenth.format(share * 100)}%`
}

/** `+412`, `−96`, `±0`. */
export function signed(value: number): string {
  return value === 0 ? '±0' : `${value > 0 ? '+' : MINUS}${integer.format(Math.abs(value))}`
}

export function counted(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** `23 Nov 2026`, of a date or a time in UTC. */
export function day(text: string): string {
  const [year, month, date] = text.slice(0, 10).split('-').map(Number)
  return `${date} ${MONTHS[(month ?? 1) - 1]} ${year}`
}

/** `Mon 23 Nov 2026, 06:00`, of a batch, which is named in UTC; with its seconds where one of the others is of the same minute. */
export function batchTime(batchAt: string, others: readonly string[] = []): string {
  const isAlone = others.every((one) => one === batchAt || one.slice(0, 16) !== batchAt.slice(0, 16))
  const text = `${WEEKDAYS[new Date(batchAt).getUTCDay()]} ${dayTime(batchAt)}`
  return isAlone ? text : `${text}:${batchAt.slice(17, 19)}`
}

/** `between Mon 23 Nov 2026, 06:00 and Tue 24 Nov 2026, 06:00`, of two batches. */
export function betweenBatches(from: string, to: string): string {
  return `between ${batchTime(from, [to])} and ${batchTime(to, [from])}`
}

/** `23 Nov 2026, 06:00` as it is written, in no other zone. */
export function dayTime(text: string): string {
  return `${day(text)}, ${text.slice(11, 16)}`
}

/** `Nov 2026`, of `2026-11`. */
export function month(text: string): string {
  const [year, number] = text.split('-').map(Number)
  return `${MONTHS[(number ?? 1) - 1]} ${year}`
}

/** `just now`, `2 min ago`, `3 h ago`, `4 days ago`. */
export function ago(time: string, now: number): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(time)) / 60_000))
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`
  return `${Math.floor(minutes / 1440)} days ago`
}

/** `arrest_withdrawn` as a person writes it: `arrest withdrawn`. */
export function words(name: string): string {
  return name.replaceAll('_', ' ')
}

/** The same at the beginning of a line. */
export function title(name: string): string {
  const text = words(name)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Words that stay as they are when capitals are calmed. */
const ACRONYMS = new Set(['CTA', 'CHA', 'ATM', 'YMCA', 'VFW', 'DUI', 'ID', 'OMV', 'JB'])

/** `MOTOR VEHICLE THEFT` as `Motor vehicle theft`: what a register keeps in capitals reads better without. Codes stay. */
export function calm(text: string): string {
  const isWords = text === text.toUpperCase() && /[A-Z]{3}/.test(text) && !/\d[A-Z]|[A-Z]\d/.test(text)
  if (!isWords) return text
  const lower = text.replaceAll(/[A-Z]+/g, (word) => (ACRONYMS.has(word) ? word : word.toLowerCase()))
  return lower.charAt(0).toUpperCase() + lower.slice(1)
}

/** A value of an incident: yes and no, times as they are written, texts without their capitals, a dash for none. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value)) return dayTime(value)
  return calm(String(value))
}

/** `<0.1 s`, `0.4 s`, `2.1 s`, `48 s`, `3 min 20 s`, `1 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return seconds > 0 && seconds < 0.05 ? '<0.1 s' : `${tenth.format(seconds)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  if (hours > 0) return minutes > 0 ? `${count(hours)} h ${minutes} min` : `${count(hours)} h`
  return rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`
}

/** `812 B`, `1.2 KiB`, `34.0 MiB`. */
export function bytes(size: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const unit = size < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(size) / 10))
  return unit === 0 ? `${count(size)} B` : `${tenth.format(size / 1024 ** unit)} ${units[unit]}`
}

/** `Around 41.878° N, 87.630° W`: a place to about a hundred metres. */
export function placeText({ lat, lon }: { lat?: number | undefined; lon?: number | undefined } = {}): string {
  if (lat === undefined || lon === undefined) return 'No place'
  const side = (degrees: number, positive: string, negative: string): string =>
    `${Math.abs(degrees).toFixed(3)}° ${degrees < 0 ? negative : positive}`
  return `Around ${side(lat, 'N', 'S')}, ${side(lon, 'E', 'W')}`
}
