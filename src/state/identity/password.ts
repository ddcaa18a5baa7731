import { hash, verify } from '@node-rs/argon2'
import { BlotterError } from '../../errors.ts'
import type { Identity } from './identity.ts'
import { isLeakedPassword } from './leaked-passwords.ts'

/** Argon2id with what OWASP asks for: 19 MiB, two passes, one lane. */
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

const PASSWORD_LENGTH = { least: 12, most: 128 } as const

/** The hash in PHC's string format, with its own salt. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), ARGON2ID)
}

export function isPassword(password: string, hashed: string): Promise<boolean> {
  return verify(hashed, password.normalize('NFKC'))
}

/**
 * Throws `usage` for a password that is too short or long, or easily guessed: few characters over and over, a run of the
 * keyboard or alphabet, one that leaks have shown to be common, or words of the place and the person (NIST SP 800-63B, which
 * asks for no rules on what kinds of characters it has).
 */
export async function checkPassword(
  { words: place = [] }: Pick<Identity, 'words'>,
  password: string,
  own: readonly string[],
): Promise<void> {
  const { least, most } = PASSWORD_LENGTH
  const length = [...password].length
  if (length < least || length > most) throw unfit(`has ${length} characters; ${least} to ${most} were expected`)
  const letters = password.normalize('NFKC').toLowerCase()
  if (new Set(letters).size < 5) throw unfit('is made of very few characters')
  if (isRun(letters)) throw unfit('is a run of the keyboard, the alphabet or the digits')
  const words = ['blotter', ...[...place, ...own].flatMap((text) => text.toLowerCase().split(/[^a-z0-9]+/))]
  const rest = words.filter((word) => word.length >= 4).reduce((text, word) => text.replaceAll(word, ''), letters)
  if ([...rest.replaceAll(/[\d\W_]/g, '')].length < 4 && rest.length < 8)
    throw unfit('is little more than a word that others guess first')
  if (await isLeakedPassword(letters)) throw unfit('is, or is made of, passwords that are in lists of leaked ones')
}

const RUNS = [
  'abcdefghijklmnopqrstuvwxyz',
  '0123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
]

/** Forwards or backwards, from wherever it begins, over its end as often as need be. */
function isRun(text: string): boolean {
  return RUNS.some((run) =>
    [run, [...run].reverse().join('')].some((one) => {
      const endless = one.repeat(Math.ceil(text.length / one.length) + 1)
      return endless.includes(text) || repeats(text, endless)
    }),
  )
}

/** `abcabcabcabc`, `123412341234`: a short piece of a run, over and over. */
function repeats(text: string, run: string): boolean {
  const piece = /^(.{3,6}?)\1+.{0,5}$/.exec(text)?.[1]
  return piece !== undefined && run.includes(piece)
}

function unfit(why: string): BlotterError {
  return new BlotterError('usage', `This password ${why}. Nothing was changed.`, {
    todo: 'Take four or five words that do not belong together, or let a password manager make one.',
  })
}
