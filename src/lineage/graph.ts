import type { BatchAt } from '../model/batch-at.ts'
import type { Dataset } from './dataset-name.ts'

/** Where the tables of a lake come from as of one batch: `blotter lineage --json`. */
export interface LineageGraph {
  batch_at: BatchAt
  /** The run that made the batch, as far as it is known. */
  run: string | null
  code_version: string | null
  /** Sources and reference files first, then tables in the order of the pipeline. */
  tables: LineageNode[]
}

export interface LineageNode {
  /** `raw.crimes`, `reference.crime_types`; of a source where it is and its name there. */
  name: string
  kind: 'source' | 'reference' | 'table'
  doc: string
  dataset: Dataset | null
  /** Id of the snapshot, or what else tells two states of it apart. */
  version: string | null
  rows: number | null
  made_by: Maker | null
  /** What it was made from, the version of itself that it replaced among them. */
  from: { name: string; version: string | null }[]
  columns: LineageColumn[]
  /** Columns that decide which rows there are and in which order. */
  decided_by: LineageInput[]
  /** What could not be followed, in words. */
  unresolved: string[]
}

/** The run that made a version of a table. */
export interface Maker {
  batch_at: BatchAt
  run: string | null
  code_version: string | null
  /** `full`, `incremental` or `restore`. */
  kind: string | null
  step: string | null
  /** The statement that it ran, or that was asked of the source. */
  query: string | null
  file: string | null
}

export interface LineageColumn {
  name: string
  type: string | null
  /** What is done, where it is more than taking a column over. */
  expression: string | null
  inputs: LineageInput[]
  unresolved: string[]
}

/** A column that takes part, with OpenLineage's words for how (`IDENTITY`, `FILTER`, …). */
export interface LineageInput {
  table: string
  column: string
  kinds: string[]
}

/** The part of a graph that leads to one table: itself and everything that it comes from, however far. */
export function upstreamOf(graph: LineageGraph, name: string): LineageGraph {
  const wanted = new Set<string>()
  const visit = (one: string): void => {
    if (wanted.has(one)) return
    wanted.add(one)
    graph.tables.find((node) => node.name === one)?.from.forEach((input) => visit(input.name))
  }
  visit(name)
  return { ...graph, tables: graph.tables.filter((node) => wanted.has(node.name)) }
}
