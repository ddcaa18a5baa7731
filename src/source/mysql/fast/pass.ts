/** One column of a block while it is laid out, row after row. Places are bytes of the shared memory. */
export interface Pass {
  readonly bytes: Uint8Array<SharedArrayBuffer>
  readonly words: Int32Array<SharedArrayBuffer>
  readonly view: DataView<SharedArrayBuffer>
  readonly rows: number
  /** Where each row's next value stands; to be moved behind it. */
  readonly at: Int32Array
  readonly isNull: Uint8Array
  /** Rows with a value that the column cannot take: to be marked with 1. */
  readonly isOdd: Uint8Array
  /** Where the column's values go. */
  readonly data: number
  /** Where the heap begins. */
  readonly heap: number
}
