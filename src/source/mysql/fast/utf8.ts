/** Whether bytes are well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing beyond U+10FFFF. */
export function isUtf8(bytes: Uint8Array, begin: number, end: number): boolean {
  for (let at = begin; at < end;) {
    const first = bytes[at++]!
    if (first < 0x80) continue
    const follow = first < 0xc2 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 0
    if (follow === 0 || at + follow > end) return false
    const second = bytes[at]!
    if (second < lowest(first) || second > highest(first)) return false
    for (let i = 1; i < follow; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return false
    at += follow
  }
  return true
}

function lowest(first: number): number {
  return first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
}

function highest(first: number): number {
  return first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
}
