let pen: OffscreenCanvasRenderingContext2D | undefined

/** How wide a text is in a table, in pixels; all figures are as wide as a nought there. */
export function textWidth(text: string): number {
  if (!pen) {
    pen = new OffscreenCanvas(1, 1).getContext('2d')!
    pen.font = getComputedStyle(document.documentElement).getPropertyValue('--text-table')
  }
  return pen.measureText(text.replaceAll(/\d/g, '0')).width
}
