import { CreateTableCommand, DeleteTableCommand, type GlueClient, UpdateTableCommand } from '@aws-sdk/client-glue'
import { awsFailure } from '../../lake/aws-failure.ts'
import type { CatalogSwap } from '../catalog.ts'
import { lostRace } from '../refusal.ts'
import { split } from '../table-name.ts'
import { ensureDatabase } from './databases.ts'
import { inputOf, metadataOf } from './entry.ts'
import { findTable } from './tables.ts'

/**
 * Moves one table after the other, `last` behind all others; those before one that loses its race are moved back. Throws
 * `commit_conflict`.
 */
export async function commitInTurn(client: GlueClient, swaps: readonly CatalogSwap[], last: string): Promise<void> {
  const order = swaps.toSorted((a, b) => Number(a.table === last) - Number(b.table === last))
  const made = order.filter(({ from }) => from === null).map(({ table }) => split(table)[0])
  for (const namespace of new Set(made)) await ensureDatabase(client, namespace)
  const undo: CatalogSwap[] = []
  try {
    for (const swap of order) undo.unshift(await move(client, swap))
  } catch (error) {
    for (const back of undo) await takeBack(client, back)
    throw error
  }
}

/** Moves one table by compare-and-set, and tells how to move it back: to nowhere where it was made. */
async function move(client: GlueClient, swap: CatalogSwap): Promise<CatalogSwap> {
  const [DatabaseName, Name] = split(swap.table)
  const found = await findTable(client, swap.table)
  if (metadataOf(found) !== swap.from) throw lostRace(swap, metadataOf(found))
  const TableInput = inputOf(Name, found, swap)
  try {
    if (found === undefined) await client.send(new CreateTableCommand({ DatabaseName, TableInput }))
    else {
      const { VersionId } = found
      await client.send(new UpdateTableCommand({ DatabaseName, TableInput, VersionId, SkipArchive: true }))
    }
  } catch (error) {
    if (/ConcurrentModification|AlreadyExists|VersionMismatch/.test((error as Error).name))
      throw lostRace(swap, metadataOf(await findTable(client, swap.table)))
    throw awsFailure(error, `Moving ${swap.table} in Glue`)
  }
  return { table: swap.table, from: swap.to, to: swap.from ?? '' }
}

/** Undoes a move, unless somebody has moved on from it meanwhile: then theirs counts. */
async function takeBack(client: GlueClient, back: CatalogSwap): Promise<void> {
  try {
    if (back.to !== '') return void (await move(client, back))
    const [DatabaseName, Name] = split(back.table)
    if (metadataOf(await findTable(client, back.table)) === back.from)
      await client.send(new DeleteTableCommand({ DatabaseName, Name }))
  } catch {
    // The first failure is what people are told; the list of batches has not moved, so that nothing of this counts.
  }
}
