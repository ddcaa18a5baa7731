import { type CsvOptions, csvText, jsonText, ndjsonText } from './format/text.ts'
import { openOutput, writeTexts } from './output.ts'
import type { QueryResult } from './query.ts'
import { tableText } from './format/table.ts'

export const FORMATS = ['table', 'csv', 'json', 'ndjson', 'parquet'] as const
export type Format = (typeof FORMATS)[number]

/** The texts of a result, piece by piece and in bounded memory (a table holds the rows that it shows). */
export async function* resultTexts(
  result: QueryResult,
  format: Exclude<Format, 'parquet'>,
  options: CsvOptions = {},
): AsyncGenerator<string> {
  if (format === 'json') yield* jsonText(result.columns, result.rows())
  else if (format === 'ndjson') yield* ndjsonText(result.columns, result.rows())
  else if (format === 'csv') yield* csvText(result.columns, result.rows(), options)
  else {
    const { lines } = await tableText(result.columns, result.rows(), { width: undefined, limit: Infinity })
    yield `${lines.join('\n')}\n`
  }
}

export interface WrittenResult {
  output: string
  format: Format
  rows: number
}

/**
 * Writes a result into a file that appears whole or not at all. `open` is given the folder in which an engine may write
 * (see `QuerySetup.outputFolder`). Throws `output_unwritable`, and what the query throws.
 */
export async function writeResult(
  path: string,
  format: Format,
  openResult: (outputFolder: string) => Promise<QueryResult>,
  options: CsvOptions = {},
): Promise<WrittenResult> {
  await using output = await openOutput(path)
  await using result = await openResult(output.folder)
  let rows = 0
  if (format === 'parquet') {
    rows = (await result.writeParquet(output.unfinished)).rows
  } else {
    const counting: QueryResult = {
      ...result,
      async *rows() {
        for await (const chunk of result.rows()) {
          rows += chunk.length
          yield chunk
        }
      },
    }
    await writeTexts(output, resultTexts(counting, format, options))
  }
  await output.finish()
  return { output: path, format, rows }
}
