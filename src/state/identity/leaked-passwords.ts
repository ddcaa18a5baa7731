let kept: Promise<ReadonlySet<string>> | undefined

/** The 49,000 passwords of leaks that were found most often; loaded when somebody first chooses one. */
function leakedPasswords(): Promise<ReadonlySet<string>> {
  return (kept ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => new Set(dictionary['passwords-common'])))
}

/** What people write in place of letters. */
const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}
/** A shorter piece is in too many passwords to mean anything. */
const SHORTEST_PIECE = 4

/** True for one of those passwords, or two of them in a row, whatever digits and marks stand around or in place of letters. */
export async function isLeakedPassword(password: string): Promise<boolean> {
  const leaked = await leakedPasswords()
  const plain = password.normalize('NFKC').toLowerCase()
  const spelled = plain.replaceAll(/[013457@$!]/g, (mark) => LEET[mark] ?? mark)
  const bare = [plain, spelled].map((text) => text.replaceAll(/[\s\p{P}\p{S}]/gu, ''))
  const tries = new Set([plain, ...bare, ...[plain, ...bare].map((text) => text.replaceAll(/^[\d\W_]+|[\d\W_]+$/g, ''))])
  return [...tries].some((text) => text.length >= SHORTEST_PIECE && isMadeOf(leaked, text))
}

function isMadeOf(leaked: ReadonlySet<string>, text: string): boolean {
  if (leaked.has(text)) return true
  for (let at = SHORTEST_PIECE; at <= text.length - SHORTEST_PIECE; at++)
    if (leaked.has(text.slice(0, at)) && leaked.has(text.slice(at))) return true
  return false
}
