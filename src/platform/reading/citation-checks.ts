import type { Engine } from '../../engine/engine.ts'
import { asBlotterError } from '../../errors.ts'
import type { LakeView } from '../../history/as-of.ts'
import { batchesOf, citationNames, readCitation } from '../../history/citations.ts'
import type { Check } from '../../pipeline/upkeep/doctor.ts'
import { refuseAltered } from '../../query/citing/cite.ts'
import { openReader, type Reader, type ReaderSetup } from '../../query/reader.ts'
import { readOnlyStatement } from '../../query/statement.ts'
import { tablesNamed } from '../../query/tables-read.ts'

const NAME = 'citations'

/** Looks whether what was quoted can be checked: each citation's file is whole, and its batches and tables are there. Runs nothing. */
export async function examineCitations(setup: ReaderSetup): Promise<Check> {
  try {
    const names = await Array.fromAsync(citationNames(setup.lake))
    if (names.length === 0) return { name: NAME, state: 'ok', message: 'nothing has been cited' }
    const reader = openReader(setup)
    const view = await reader.view()
    await using engine = await setup.openEngine()
    const found = []
    for (const name of names) found.push(await faultOf(setup, { reader, view, engine }, name))
    const faults = found.filter((fault) => fault !== undefined)
    const [first] = faults
    if (first === undefined)
      return { name: NAME, state: 'ok', message: `all ${names.length} are whole, their batches and tables are there` }
    return {
      name: NAME,
      state: 'fail',
      message: `${faults.length} of ${names.length} cannot be checked: ${first}${faults.length > 1 ? ' And others.' : ''}`,
      fix: 'Put files and tables back from a backup, or take away what nobody quotes: blotter cite remove NAME.',
    }
  } catch (error) {
    const { message, todo } = asBlotterError(error)
    return { name: NAME, state: 'fail', message, fix: todo }
  }
}

/** Why a citation cannot be checked; undefined where it can. */
async function faultOf(
  { lake }: ReaderSetup,
  { reader, view, engine }: { reader: Reader; view: LakeView; engine: Engine },
  name: string,
): Promise<string | undefined> {
  try {
    const citation = await readCitation(lake, name)
    refuseAltered(citation)
    const gone = batchesOf(citation).find((one) => !view.batches.some(({ batchAt }) => batchAt === one))
    if (gone !== undefined) return `${name} is of the batch ${gone}, which is gone.`
    const functions = reader.functionsAt(view, citation.batch_at)
    const { parsed } = await readOnlyStatement(citation.query, (sql) => engine.rows(sql), functions)
    const kept = view.tables.filter(({ metadata }) => Object.hasOwn(metadata.refs, citation.batch_at))
    const { unknown } = tablesNamed(
      parsed,
      kept.map((table) => table.name),
    )
    // What is in no namespace of the lake tells of the engine itself.
    const missing = unknown.find((table) => table.includes('.') && !/^(?:information_schema|pg_catalog)\./.test(table))
    return missing && `${name} reads ${missing}, which its batch does not have.`
  } catch (error) {
    return asBlotterError(error).message
  }
}
