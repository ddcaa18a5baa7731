import { CONTENT, type DataFile, type LiveFile } from '../format/data-file.ts'
import { type Partition, partitionKey } from '../format/partition.ts'
import type { Scan, ScanDelete, ScanFile } from '../read/plan.ts'

/** When files are rewritten. */
export interface CompactionPolicy {
  /** A data file below this size is small. */
  smallBytes: number
  /** So many small files that may become one, become one. */
  smallFiles: number
  /** A data file is rewritten when more than this part of its rows is hidden, */
  hiddenShare: number
  /** and those are at least this part of all rows of the table: fewer slow nobody down. */
  hiddenOfAll: number
  /** So much is rewritten at once. */
  targetBytes: number
  /**
   * A new file is about this large at most: each holds a range of keys, so that changes, which concern recent incidents
   * for the most part, hide rows of few of them.
   */
  sliceBytes: number
}

const MIB = 2 ** 20
const SIZES = { smallBytes: 32 * MIB, targetBytes: 512 * MIB, sliceBytes: 64 * MIB }

/** By itself after a batch: rare, since each rewritten file is kept twice until the batches that need the old one expire. */
export const AUTOMATIC: CompactionPolicy = { ...SIZES, smallFiles: 12, hiddenShare: 0.1, hiddenOfAll: 0.001 }
/** When somebody asks: everything that makes reading cheaper. */
export const BY_HAND: CompactionPolicy = { ...SIZES, smallFiles: 2, hiddenShare: 0, hiddenOfAll: 0 }

/** Data files of which the live rows become new files of a partition. */
export interface Rewrite {
  specId: number
  partition: Partition
  files: readonly ScanFile[]
  /** How many new files, each with a range of keys. */
  slices: number
  /** Live rows; undefined where other writers' delete files leave that open. */
  rows: number | undefined
}

export interface CompactionPlan {
  rewrites: readonly Rewrite[]
  /** What leaves the table: rewritten files, the deletes that hid rows of nothing else, and deletes that hide nothing. */
  remove: readonly DataFile[]
}

export interface CompactionInput {
  /** Of main's snapshot. */
  scan: Scan
  live: readonly LiveFile[]
  policy: CompactionPolicy
  /** Where a file's rows are to lie from now on, if not where they are. */
  targetOf?(file: DataFile): { specId: number; partition: Partition } | undefined
}

/** Decides what to rewrite; large files without many hidden rows are left alone. */
export function planCompaction({ scan, live, policy, targetOf }: CompactionInput): CompactionPlan {
  const groups = new Map<string, { specId: number; partition: Partition; files: ScanFile[] }>()
  const worthRows = policy.hiddenOfAll * scan.files.reduce((rows, { file }) => rows + file.record_count, 0)
  for (const one of scan.files) {
    const own = { specId: one.file.spec_id, partition: one.file.partition }
    const target = (isSmall(one, policy) && targetOf?.(one.file)) || own
    const key = partitionKey({ spec_id: target.specId, partition: target.partition })
    const group = groups.get(key) ?? { ...target, files: [] }
    groups.set(key, group)
    group.files.push(one)
  }
  const rewrites = [...groups.values()].flatMap((group) =>
    bins(chosen(group.files, policy, worthRows), policy).map((files): Rewrite => {
      const sizeBytes = files.reduce((sum, file) => sum + liveBytes(file), 0)
      const slices = Math.max(1, Math.ceil(sizeBytes / policy.sliceBytes))
      return { ...group, files, slices, rows: liveRows(files) }
    }),
  )
  return { rewrites, remove: leaving(scan, live, rewrites) }
}

function chosen(files: readonly ScanFile[], policy: CompactionPolicy, worthRows: number): ScanFile[] {
  const small = files.filter((file) => isSmall(file, policy))
  const merged = small.length >= policy.smallFiles ? small : []
  return files.filter((one) => {
    const hidden = hiddenRows(one)
    return merged.includes(one) || (hidden > policy.hiddenShare * one.file.record_count && hidden >= worthRows)
  })
}

/** Parts of about the target's size; a single file without deletes gains nothing from being rewritten. */
function bins(files: readonly ScanFile[], { targetBytes }: CompactionPolicy): ScanFile[][] {
  const parts: ScanFile[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const file of files) {
    const size = liveBytes(file)
    if (bytes + size > targetBytes) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)!.push(file)
    bytes += size
  }
  return parts.filter((part) => part.length > 1 || part[0]!.deletes.length > 0)
}

function isSmall({ file }: ScanFile, policy: CompactionPolicy): boolean {
  return file.file_size_in_bytes < policy.smallBytes
}

/** Deletes that may speak of several files, as other engines write them, count as if they hid no end of rows: away with them. */
function hiddenRows({ deletes }: ScanFile): number {
  if (deletes.some((one) => !one.exclusive)) return Number.POSITIVE_INFINITY
  return deletes.reduce((rows, one) => rows + one.file.record_count, 0)
}

/** About what a file's live rows take. */
function liveBytes({ file, deletes }: ScanFile): number {
  const hidden = deletes.reduce((rows, one) => rows + (one.exclusive ? one.file.record_count : 0), 0)
  return file.file_size_in_bytes * (1 - Math.min(1, hidden / Math.max(1, file.record_count)))
}

function liveRows(files: readonly ScanFile[]): number | undefined {
  const exact = files.every(({ deletes }) => deletes.length === 0 || (deletes.length === 1 && deletes[0]!.exclusive))
  if (!exact) return undefined
  return files.reduce((rows, { file, deletes }) => rows + file.record_count - (deletes[0]?.file.record_count ?? 0), 0)
}

function leaving(scan: Scan, live: readonly LiveFile[], rewrites: readonly Rewrite[]): DataFile[] {
  const rewritten = new Set(rewrites.flatMap((rewrite) => rewrite.files.map((one) => one.file.file_path)))
  const staying = scan.files.filter((one) => !rewritten.has(one.file.file_path))
  const needed = new Set(staying.flatMap((one) => one.deletes.map((hiding: ScanDelete) => hiding.file.file_path)))
  return live
    .map(({ file }) => file)
    .filter((file) => (file.content === CONTENT.data ? rewritten.has(file.file_path) : !needed.has(file.file_path)))
}
