/** `npm run docs`: writes what docs/ has from the sources; a test holds the files to it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { CONFIG_KEYS } from '../src/config/keys.ts'
import { configJsonSchema } from '../src/config/schema.ts'
import { dashboardJsonSchema } from '../src/dashboard/definition/definition.ts'

const folder = new URL('../docs/', import.meta.url)

/** By its name the text that a file is to have; what people have written in it stays. */
export const MADE: Readonly<Record<string, (text: string) => string>> = {
  'blotter.schema.json': () => jsonText(configJsonSchema()),
  'dashboard.schema.json': () => jsonText(dashboardJsonSchema()),
  'configuration.md': withKeys,
}

function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`
}

function withKeys(page: string): string {
  const head = '| Key | Default | Variable | What it is |\n|---|---|---|---|\n'
  const begin = page.indexOf(head)
  if (begin < 0) throw new Error(`docs/configuration.md has no table that begins with ${head}`)
  const rows = CONFIG_KEYS.map(({ path, variable, credential, default: usual, description }) => {
    const variables = credential ? `\`${variable}\` or \`${variable}_FILE\`` : `\`${variable}\``
    return `| \`${path}\` | ${usual === undefined ? 'none' : `\`${usual}\``} | ${variables} | ${description} |\n`
  })
  const behind = page.slice(begin).replace(/^(?:\|.*\n)*/, '')
  return `${page.slice(0, begin)}${head}${rows.join('')}${behind}`
}

export function docsText(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8')
}

if (import.meta.main) {
  for (const [file, make] of Object.entries(MADE)) writeFileSync(new URL(file, folder), make(docsText(file)))
}
