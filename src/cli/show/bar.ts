const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of a length in eighths of a character: `████▌`. Something that is not nothing is never empty. */
export function bar(part: number, width: number): string {
  const eighths = Math.max(part > 0 ? 1 : 0, Math.round(Math.min(1, Math.max(0, part)) * width * 8))
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]
}

/** How far something has come: `━━━━━━╺───`. */
export function track(part: number, width: number): { done: string; left: string } {
  const done = Math.round(Math.min(1, Math.max(0, part)) * width)
  return { done: '━'.repeat(done), left: '─'.repeat(width - done) }
}
