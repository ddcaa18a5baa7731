import { InvalidArgumentError } from 'commander'

/** A whole number from 0 on; thousands may be parted by `_` or `,`. */
export function wholeNumber(text: string): number {
  const digits = text.replaceAll(/[_,]/g, '')
  const value = Number(digits)
  if (!/^\d+$/.test(digits) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('A whole number such as 1000 was expected.')
  return value
}
