import type { Channel } from '../channel.ts'
import {
  CLOSE,
  EXECUTE,
  executeBody,
  lengthEncoded,
  malformed,
  PREPARE,
  type TakeBytes,
  Wire,
  type WireColumn,
} from './wire.ts'

/** Prepares and executes a statement, and gives what comes to the one that `open` returns when the columns are known. */
export async function readResult(
  channel: Channel,
  sql: string,
  open: (columns: WireColumn[], sequence: number) => TakeBytes,
): Promise<void> {
  const wire = new Wire(channel)
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
}
