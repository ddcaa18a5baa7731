/** A piece of Base64 shorter than this says too little to be looked for. */
const FEWEST_BASE64_CHARACTERS = 8
/** Lines of a credential of several lines, such as a key, that are looked for by themselves. */
const FEWEST_LINE_CHARACTERS = 16

/** The spellings in which a credential may stand in a text: as it is, and as each encoding that it may pass writes it. */
export function formsOf(value: string): string[] {
  const lines = value.includes('\n') ? value.split(/\r?\n/).filter((line) => line.length >= FEWEST_LINE_CHARACTERS) : []
  const forms = [value, value.normalize('NFC'), value.normalize('NFD'), ...lines].flatMap((text) => [
    text,
    ...urlForms(text),
    ...quotedForms(text),
  ])
  const bytes = Buffer.from(value)
  return [...new Set([...forms, ...base64Forms(bytes), bytes.toString('hex'), bytes.toString('hex').toUpperCase()])]
}

function urlForms(text: string): string[] {
  if (!text.isWellFormed()) return []
  const component = encodeURIComponent(text)
  const strict = component.replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  const url = new URL('x://u@h')
  url.password = text
  const encoded = [component, strict].flatMap((form) => [form, form.replaceAll('%20', '+')])
  return [...encoded, encodeURI(text), url.password].flatMap((form) => [
    form,
    form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ])
}

/** As JSON (twice where JSON is a text in JSON), SQL, HTML and YAML quote it. */
function quotedForms(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const ascii = json.replaceAll(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const sql = text.replaceAll(/['"\\]/g, String.raw`\$&`)
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
  return [
    json,
    ascii,
    JSON.stringify(json).slice(1, -1),
    sql,
    JSON.stringify(sql).slice(1, -1),
    text.replaceAll("'", "''"),
    html,
    html.replaceAll("'", '&#39;'),
    html.replaceAll("'", '&#x27;'),
  ]
}

/** As Base64 writes it by itself, and inside of more (`user:password`), where it may begin at any of three places. */
function base64Forms(bytes: Buffer): string[] {
  const inner = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const tail = (before + bytes.length) % 3
    // The first characters hold bits of what stands before, the last one bits of what follows.
    return text.slice(Math.ceil((before * 8) / 6), tail === 0 ? undefined : -1)
  })
  return [bytes.toString('base64'), bytes.toString('base64url'), ...inner]
    .flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
    .filter((form) => form.length >= FEWEST_BASE64_CHARACTERS)
}
