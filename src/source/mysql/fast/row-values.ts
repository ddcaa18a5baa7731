import type { PlannedColumn } from './plan.ts'
import { lengthEncoded } from './wire.ts'

export type PlainValue = null | bigint | number | string

/** One row of the binary protocol, in the values that the plain reader stages; for the few that cannot be laid out. */
export function plainValues(row: Buffer, columns: readonly PlannedColumn[]): PlainValue[] {
  let at = 1 + ((columns.length + 9) >> 3)
  return columns.map((column, i) => {
    const isNull = (row[1 + ((i + 2) >> 3)]! >> ((i + 2) & 7)) & 1
    if (isNull) return null
    const { value, next } = plainValue(row, at, column)
    at = next
    return value
  })
}

function plainValue(row: Buffer, at: number, { kind, unsigned }: PlannedColumn): { value: PlainValue; next: number } {
  switch (kind) {
    case 'int8':
      return { value: BigInt(unsigned ? row.readUInt8(at) : row.readInt8(at)), next: at + 1 }
    case 'int16':
      return { value: BigInt(unsigned ? row.readUInt16LE(at) : row.readInt16LE(at)), next: at + 2 }
    case 'int32':
      return { value: BigInt(unsigned ? row.readUInt32LE(at) : row.readInt32LE(at)), next: at + 4 }
    case 'int64':
      return { value: row.readBigInt64LE(at), next: at + 8 }
    case 'float':
      return { value: row.readFloatLE(at), next: at + 4 }
    case 'double':
      return { value: row.readDoubleLE(at), next: at + 8 }
    case 'date':
    case 'time': {
      const next = at + 1 + row[at]!
      return { value: wallClock(row.subarray(at + 1, next), kind), next }
    }
    default: {
      const { value: length, next } = lengthEncoded(row, at)
      const end = next + length
      const value = kind === 'text' ? row.toString('utf8', next, end) : `0x${row.toString('hex', next, end).toUpperCase()}`
      return { value, next: end }
    }
  }
}

/** A date or a time as the plain reader has it, whether or not there is such a day. */
function wallClock(bytes: Buffer, kind: 'date' | 'time'): string {
  const all = Buffer.alloc(11)
  bytes.copy(all)
  const date = [digits(all.readUInt16LE(0), 4), digits(all[2]!, 2), digits(all[3]!, 2)].join('-')
  if (kind === 'date') return date
  const clock = [all[4]!, all[5]!, all[6]!].map((part) => digits(part, 2)).join(':')
  const fraction = digits(all.readUInt32LE(7), 6).replace(/0+$/, '')
  return `${date} ${clock}${fraction === '' ? '' : `.${fraction}`}`
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0')
}
