const COUNT = new Intl.NumberFormat('en-US')

/** `1,234,567` */
export function count(value: number | bigint): string {
  return COUNT.format(value)
}

/** `1 row`, `2,000 rows` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min` */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const two = (n: number): string => String(n).padStart(2, '0')
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`
}

/** `512 B`, `4.0 KiB`, `1.2 GiB` */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const units = ['KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1]}`
}

/** `12.3 %` */
export function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })

/** An instant as people write it, in UTC: `23 Nov 2026, 06:00`. */
export function moment(iso: string): string {
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? iso : `${DAY.format(date)}, ${date.toISOString().slice(11, 16)}`
}

/** `outside_city 12 · year_mismatch 3`, largest first; empty for nothing. `named` changes the names. */
export function countsByName(
  counts: Readonly<Record<string, number | undefined>>,
  named: (name: string) => string = (name) => name,
): string {
  return Object.entries(counts)
    .filter(([, n]) => (n ?? 0) > 0)
    .toSorted(([, a], [, b]) => b! - a!)
    .map(([name, n]) => `${named(name)} ${count(n!)}`)
    .join(' · ')
}

/** `arrest_withdrawn` as `arrest withdrawn`. */
export function words(name: string): string {
  return name.replaceAll('_', ' ')
}
