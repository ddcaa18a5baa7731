/** A Python literal of plain data: texts, numbers, booleans, null, lists and dictionaries; long ones over several lines. */
export function pythonLiteral(value: unknown, indent = ''): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  // Escapes of JSON mean the same in Python, but a lone surrogate is none there either way.
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object') return String(value)
  const inner = `${indent}    `
  const isList = Array.isArray(value)
  const items = isList
    ? value.map((item) => pythonLiteral(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${pythonLiteral(item, inner)}`)
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  const line = `${open}${items.join(', ')}${close}`
  if (!line.includes('\n') && line.length + indent.length <= PYTHON_LINE) return line
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}${close}`
}

/** Where lines of Python are broken, in characters: as in Airflow's own sources. */
export const PYTHON_LINE = 110

/** A name that Python and Airflow both take: letters, digits and underscores. */
export function pythonName(text: string): string {
  return text.replaceAll(/\W+/g, '_').replace(/^(?=\d)/, '_')
}
