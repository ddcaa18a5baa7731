import type { Content } from './content.ts'
import type { Tone } from './story.ts'

/**
 * Colours as mail programs can show them: those for the dark are the style sheet's, those for the light stand at each element,
 * because some programs drop style sheets. A program that inverts colours by itself finds none that becomes unreadable.
 */
const BAR: Record<Tone, string> = { bad: '#b42318', warn: '#b54708', good: '#067647' }
const NAME: Record<Tone, string> = { bad: 'Needs you', warn: 'Look at this', good: 'All is well' }

const DARK = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #14171a !important; }
  .card { background: #1d2125 !important; }
  .card { border-left-color: #343a40 !important; border-right-color: #343a40 !important; border-bottom-color: #343a40 !important; }
  .ink { color: #e9ecef !important; }
  .soft { color: #a7b0b8 !important; }
  .line { border-color: #343a40 !important; }
  .code { background: #14171a !important; color: #e9ecef !important; }
  .mark { background: #3a2a12 !important; }
  .tone-bad { color: #ff8f85 !important; }
  .tone-warn { color: #ffb76b !important; }
  .tone-good { color: #5fd49b !important; }
}
@media (max-width: 620px) {
  .card { width: 100% !important; }
  .pad { padding-left: 16px !important; padding-right: 16px !important; }
}`

const SANS = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const MONO = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace"
const INK = 'color:#1f2328'
const SOFT = 'color:#57606a'
const SMALL = 'font-size:12px;line-height:1.5'
const TEXT = 'font-size:14px;line-height:1.45'
const TABLE = 'role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%"'

/** The part of a mail for mail programs: tables and styles at the elements, as all of them understand; no picture, no script. */
export function htmlOf(content: Content): string {
  const { tone, title, lead, footer } = content
  const bar = BAR[tone]
  const parts = [facts(content), steps(content), log(content), todo(content), button(content, bar)]
  const card = 'width:640px;max-width:100%;background:#ffffff;border:1px solid #d8dee4;border-radius:6px'
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escaped(title)}</title><style>${DARK}</style></head>
<body class="page" style="margin:0;padding:0;background:#f3f4f6">
<div style="display:none;max-height:0;overflow:hidden">${escaped(lead)}</div>
<table ${TABLE} class="page" style="background:#f3f4f6"><tr><td align="center" style="padding:24px 12px">
<table ${TABLE.replace('100%', '640')} class="card" style="${card};border-top:4px solid ${bar}">
<tr><td class="pad" style="padding:24px 28px 8px;${SANS}">
<p class="tone-${tone}" style="margin:0 0 6px;font-size:13px;font-weight:600;letter-spacing:.02em;color:${bar}">${NAME[tone]}</p>
<h1 class="ink" style="margin:0 0 12px;font-size:20px;line-height:1.3;font-weight:600;${INK}">${escaped(title)}</h1>
<p class="ink" style="margin:0;font-size:15px;line-height:1.5;${INK}">${ticked(lead)}</p>
</td></tr>
${parts.join('')}<tr><td class="pad" style="padding:16px 28px 20px;${SANS}">
<p class="soft line" style="margin:0;padding-top:12px;border-top:1px solid #d8dee4;${SMALL};${SOFT}">${ticked(footer)}</p>
</td></tr></table></td></tr></table></body></html>
`
}

function section(title: string, body: string): string {
  const heading =
    title === '' ? '' : `<h2 class="soft" style="margin:0 0 6px;font-size:13px;font-weight:600;${SOFT}">${title}</h2>`
  return `<tr><td class="pad" style="padding:12px 28px 4px;${SANS}">${heading}${body}</td></tr>\n`
}

function facts({ facts: rows }: Content): string {
  const cells = rows.map(
    ([label, value]) =>
      `<tr><td class="soft" valign="top" style="padding:3px 16px 3px 0;white-space:nowrap;${TEXT};${SOFT}">${escaped(label)}</td>` +
      `<td class="ink" width="100%" style="padding:3px 0;word-break:break-word;${TEXT};${INK}">${escaped(value)}</td></tr>`,
  )
  return section('', `<table ${TABLE}>${cells.join('')}</table>`)
}

function steps({ steps: rows, tone }: Content): string {
  if (rows.length === 0) return ''
  const cell = (text: string, kind: string, style: string): string =>
    `<td class="${kind} line" style="padding:5px 8px;border-bottom:1px solid #d8dee4;font-size:14px;${style}">${escaped(text)}</td>`
  const lines = rows.map(({ name, state, took, attempts, marked }) => {
    const strong = marked ? `font-weight:600;color:${BAR[tone]}` : INK
    const ink = marked ? `tone-${tone}` : 'ink'
    const again = Number(attempts) > 1 ? `${attempts} attempts` : ''
    return (
      `<tr${marked ? ' class="mark" style="background:#fff8eb"' : ''}>${cell(name, ink, strong)}${cell(state, ink, strong)}` +
      `${cell(took, ink, `text-align:right;white-space:nowrap;${strong}`)}${cell(again, 'soft', `text-align:right;white-space:nowrap;${SOFT}`)}</tr>`
    )
  })
  return section('Steps', `<table ${TABLE}>${lines.join('')}</table>`)
}

function log({ log: lines }: Content): string {
  if (lines.length === 0) return ''
  const shown = lines.map((line) => `<div style="padding:2px 0">${escaped(line)}</div>`).join('')
  const style = `padding:10px 12px;background:#f3f4f6;border-radius:4px;font-size:12px;line-height:1.5;word-break:break-word;${INK};${MONO}`
  return section('Last attempts', `<div class="code" style="${style}">${shown}</div>`)
}

function todo({ todo: lines }: Content): string {
  if (lines.length === 0) return ''
  const items = lines.map(
    (line) =>
      `<tr><td class="soft" valign="top" style="padding:3px 10px 3px 0;font-size:14px;line-height:1.5;${SOFT}">→</td>` +
      `<td class="ink" width="100%" style="padding:3px 0;font-size:14px;line-height:1.5;${INK}">${ticked(line)}</td></tr>`,
  )
  return section('What to do', `<table ${TABLE}>${items.join('')}</table>`)
}

function button({ link }: Content, colour: string): string {
  if (link === undefined) return ''
  const shape = 'display:inline-block;padding:9px 16px;border-radius:4px;font-size:14px;font-weight:600;text-decoration:none'
  const style = `${shape};background:${colour};color:#ffffff`
  return section('', `<a href="${escaped(link.url)}" style="${style}">${escaped(link.text)}</a>`)
}

/** What stands between backticks is a command. */
function ticked(text: string): string {
  const style = `padding:1px 4px;background:#f3f4f6;border-radius:3px;font-size:13px;word-break:break-word;${INK};${MONO}`
  return escaped(text).replaceAll(/`([^`]+)`/g, `<code class="code" style="${style}">$1</code>`)
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
