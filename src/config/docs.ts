import { CONFIG_KEYS } from './keys.ts'

/** The table of keys in docs/configuration.md; a test holds the page to it. */
export function keyTable(): string {
  const rows = CONFIG_KEYS.map((key) => {
    const variable = key.credential ? `\`${key.variable}\` or \`${key.variable}_FILE\`` : `\`${key.variable}\``
    const usual = key.default === undefined ? 'none' : `\`${key.default}\``
    return `| \`${key.path}\` | ${usual} | ${variable} | ${key.description} |`
  })
  return ['| Key | Default | Variable | What it is |', '|---|---|---|---|', ...rows].join('\n')
}
