import { Table } from '../../design/table.tsx'
import { bytes, count, day } from '../../format.ts'
import type { Partition } from './catalog.ts'

/** Where the rows of a version lie, the newest partition first. */
export function Partitions({ partitions }: { partitions: readonly Partition[] }) {
  return (
    <Table
      caption="Partitions"
      heads={[
        'Partition',
        { label: 'Files', isFigure: true },
        { label: 'Rows', isFigure: true },
        { label: 'Size', isFigure: true },
      ]}
      rows={partitions.map(({ partition, files, rows, size_bytes }) => ({
        key: String(partition),
        cells: [nameOf(partition), count(files), count(rows), bytes(size_bytes)],
      }))}
    />
  )
}

function nameOf(partition: string | null): string {
  if (partition === null) return 'not partitioned'
  return /^\d{4}-\d\d-\d\d$/.test(partition) ? day(partition) : partition
}
