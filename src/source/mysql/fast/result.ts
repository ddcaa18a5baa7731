import type { Duplex } from 'node:stream'
import { CLOSE, EXECUTE, executeBody, lengthEncoded, malformed, PREPARE, Wire, type WireColumn } from './wire.ts'

/** Takes the bytes of a result's rows; true once it has found the end. */
export type TakeBytes = (bytes: Buffer) => Promise<boolean> | boolean

/** Prepares and executes a statement, and gives what comes to the one that `open` returns when the columns are known. */
export async function readResult(
  stream: Duplex,
  sql: string,
  open: (columns: WireColumn[], sequence: number) => TakeBytes,
): Promise<void> {
  const wire = new Wire(stream)
  try {
    wire.send(PREPARE, Buffer.from(sql))
    const prepared = await wire.packet()
    const statement = prepared.readUInt32LE(1)
    if (prepared.readUInt16LE(7) !== 0) throw malformed('parameters of a statement that has none')
    await wire.columns(prepared.readUInt16LE(5))
    wire.send(EXECUTE, executeBody(statement))
    const count = lengthEncoded(await wire.packet(), 0).value
    const columns = await wire.columns(count)
    // Packets are numbered: the count, the columns, the end of these, then the first row.
    await wire.pour(open(columns, (count + 3) & 0xff))
    wire.send(CLOSE, executeBody(statement).subarray(0, 4))
  } finally {
    wire.release()
  }
}
