const NUMBER = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DECIMAL\(.*\)|DOUBLE|FLOAT|BIGNUM)$/
const TIME = /^(?:DATE|TIMESTAMP.*)$/

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 })
const identifying = /(?:^|_)(?:id|year|code|beat|district|ward|number)$/

export function isNumber(type: string): boolean {
  return NUMBER.test(type)
}

export function isTime(type: string): boolean {
  return TIME.test(type)
}

/** A value as a person reads it; null for NULL. Numbers are as exact as they came, grouped only where `readable`. */
export function cellText(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'object') return JSON.stringify(value)
  if (typeof value === 'string' && isTime(type)) return value.replace('T', ' ')
  return String(value)
}

/** `81,204`; what names something rather than counts stays as it is. */
export function figureText(value: number, name: string): string {
  return identifying.test(name) ? String(value) : grouped.format(value)
}

/** The number that a value is; undefined where it is none. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value)
  return undefined
}
