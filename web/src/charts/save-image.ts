/** What stands above and below a saved drawing, so that it explains itself anywhere. */
export interface Caption {
  title: string
  subtitle: string
  foot: string
}

const FONT = 'font-family="Inter, system-ui, sans-serif"'
const MARGIN = 24
const HEAD = 68
const FOOT = 36
/** Points of a PNG for each pixel: sharp in print. */
const DENSITY = 2
/** What a drawing looks like, taken along from the page’s style. */
const LOOKS = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-linejoin',
  'opacity',
  'font-size',
  'font-weight',
  'font-variant-numeric',
  'text-anchor',
]

/** A drawing as an SVG that stands alone: its looks written into it, title and source around it. */
export function standaloneSvg(drawing: SVGSVGElement, { title, subtitle, foot }: Caption): string {
  // A map that was shrunk to its place is saved as it was drawn.
  const [width, height] = [drawing.width.baseVal.value, drawing.height.baseVal.value]
  const ink = getComputedStyle(document.documentElement)
  const copy = drawing.cloneNode(true) as SVGSVGElement
  const copies = copy.querySelectorAll('*')
  for (const [i, from] of drawing.querySelectorAll('*').entries()) {
    const to = copies[i]
    const look = getComputedStyle(from)
    for (const name of LOOKS) to?.setAttribute(name, look.getPropertyValue(name))
    for (const { name } of [...(to?.attributes ?? [])])
      if (/^(data-|aria-|role$|tabindex$|class$)/.test(name)) to?.removeAttribute(name)
  }
  const [wide, tall] = [Math.ceil(width + 2 * MARGIN), Math.ceil(height + HEAD + FOOT + MARGIN)]
  const text = (y: number, size: number, weight: number, color: string, content: string): string =>
    `<text x="${MARGIN}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${color}">${escaped(content)}</text>`
  const quiet = colorOf(drawing, '--ink-2')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${tall}" viewBox="0 0 ${wide} ${tall}" ${FONT}>`,
    `<rect width="100%" height="100%" fill="${colorOf(drawing, '--surface')}"/>`,
    text(MARGIN + 14, 18, 600, ink.color, title),
    text(MARGIN + 36, 13, 400, quiet, subtitle),
    `<g transform="translate(${MARGIN} ${HEAD + 8})" font-size="13">${contentOf(copy)}</g>`,
    text(tall - 16, 12, 400, quiet, foot),
    '</svg>',
  ].join('\n')
}

function contentOf(drawing: SVGSVGElement): string {
  return new XMLSerializer().serializeToString(drawing).replace(/^<svg[^>]*>|<\/svg>$/g, '')
}

/** The same as a PNG. */
export async function pngOf(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const canvas = new OffscreenCanvas(image.width * DENSITY, image.height * DENSITY)
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await canvas.convertToBlob({ type: 'image/png' })
  } finally {
    URL.revokeObjectURL(address)
  }
}

export function saveAs(name: string, blob: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** A token as a colour that any program knows. */
function colorOf(element: Element, token: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${token})`
  element.parentElement?.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
