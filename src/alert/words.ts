/** Milliseconds as people say them: `41 min 3 s`, `1 h 20 min`, `850 ms`; two units at most, rounded down to them. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = Math.floor(ms / 1000)
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  const told = parts.slice(first, first + 2).filter(([count]) => count > 0)
  return told.map(([count, unit]) => `${count} ${unit}`).join(' ')
}

/** `2026-11-23 06:34:05 UTC` */
export function moment(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
}

/** `1,234,567` */
export function count(number: number): string {
  return number.toLocaleString('en-US')
}

/** `deadline_missed` as a word in a sentence: `deadline missed`. */
export function spaced(name: string): string {
  return name.replaceAll('_', ' ')
}

/** A text in one line of so many characters at most. */
export function clipped(text: string, characters: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= characters ? line : `${line.slice(0, characters - 1)}…`
}
