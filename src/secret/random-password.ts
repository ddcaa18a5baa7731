import { randomInt } from 'node:crypto'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'
/** None of these is quoted or encoded by a shell, a URL, SQL or JSON. */
const SIGNS = '-_.~'
const KINDS = [LETTERS, LETTERS.toUpperCase(), DIGITS, SIGNS]
const ALL = KINDS.join('')

/** 32 random characters, some 190 bits, with one of each kind that servers ask for: both cases, a digit, a sign. */
export const PASSWORD_CHARACTERS = 32

export function randomPassword(): string {
  for (;;) {
    const text = Array.from({ length: PASSWORD_CHARACTERS }, () => ALL[randomInt(ALL.length)]).join('')
    // Drawing again keeps all that are left equally likely.
    if (KINDS.every((kind) => [...kind].some((sign) => text.includes(sign)))) return text
  }
}
