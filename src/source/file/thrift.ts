/** A value of Thrift's compact protocol: a struct is a map by field number. */
export type ThriftValue = bigint | number | boolean | Buffer | ThriftValue[] | ThriftStruct
export type ThriftStruct = Map<number, ThriftValue>

/**
 * Reads the fields of the struct at the head of `bytes` (Apache Thrift compact protocol) up to and with field `last`: a
 * Parquet footer keeps what is wanted in front, and megabytes of row groups behind. Throws ThriftError on damaged bytes.
 */
export function readThrift(bytes: Buffer, last: number): ThriftStruct {
  return new CompactReader(bytes).struct(last, 0)
}

/** Says what is wrong with the bytes; whoever reads a file says which. */
export class ThriftError extends Error {}

const DEPTH_MAX = 32

class CompactReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  struct(last: number, depth: number): ThriftStruct {
    if (depth > DEPTH_MAX) throw new ThriftError('structs nest too deeply')
    const fields: ThriftStruct = new Map()
    for (let id = 0; id < last;) {
      const head = this.#byte()
      const type = head & 15
      if (type === 0) break
      id = head >> 4 === 0 ? Number(this.#zigzag()) : id + (head >> 4)
      // A boolean field has its value in the head.
      fields.set(id, type === 1 || type === 2 ? type === 1 : this.#value(type, depth))
    }
    return fields
  }

  #value(type: number, depth: number): ThriftValue {
    switch (type) {
      case 1:
      case 2:
        return this.#byte() === 1
      case 3:
        return this.#bytes.readInt8(this.#skip(1))
      case 4:
      case 5:
      case 6:
        return this.#zigzag()
      case 7:
        return this.#bytes.readDoubleLE(this.#skip(8))
      case 8: {
        const length = Number(this.#varint())
        const from = this.#skip(length)
        return this.#bytes.subarray(from, from + length)
      }
      case 9:
      case 10: {
        const head = this.#byte()
        const length = head >> 4 === 15 ? Number(this.#varint()) : head >> 4
        if (length > this.#bytes.length) throw new ThriftError('a list is longer than its file')
        return Array.from({ length }, () => this.#value(head & 15, depth))
      }
      case 12:
        return this.struct(Infinity, depth + 1)
      default:
        throw new ThriftError(`type ${type} is unknown`)
    }
  }

  #byte(): number {
    return this.#bytes.readUInt8(this.#skip(1))
  }

  #skip(length: number): number {
    const from = this.#at
    if (from + length > this.#bytes.length) throw new ThriftError('it ends within a value')
    this.#at += length
    return from
  }

  #varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
    throw new ThriftError('a number is too long')
  }

  #zigzag(): bigint {
    const value = this.#varint()
    return (value >> 1n) ^ -(value & 1n)
  }
}
