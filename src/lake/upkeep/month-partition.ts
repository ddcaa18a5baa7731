import { specOf, type TableMetadata } from '../format/metadata.ts'
import type { Partition, PartitionSpec } from '../format/partition.ts'
import type { Table } from '../table.ts'
import type { CompactionInput } from './compaction-plan.ts'

const DAY_MS = 86_400_000

/**
 * Where small files of months that are over move to, in a table that is partitioned by day: one partition a month. So a
 * lake of years has some files a year, not one a day.
 */
export function monthTarget(
  spec: PartitionSpec,
  monthSpec: PartitionSpec,
  newestDay: number,
): NonNullable<CompactionInput['targetOf']> {
  const [day] = spec.fields
  const [month] = monthSpec.fields
  return (file) => {
    const value = day && file.spec_id === spec['spec-id'] ? file.partition[day.name] : undefined
    if (!day || !month || typeof value !== 'number' || monthOf(value) >= monthOf(newestDay)) return undefined
    return { specId: monthSpec['spec-id'], partition: { [month.name]: monthOf(value) } }
  }
}

/** Months since January 1970 of a day since the first of it (Iceberg specification, Partition Transforms). */
export function monthOf(day: number): number {
  const date = new Date(day * DAY_MS)
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()
}

/** `year=2026/month=11/day=23/`, as far as the partition says; nothing for partitions that Blotter does not make. */
export function folderOfPartition(
  metadata: TableMetadata,
  { specId, partition }: { specId: number; partition: Partition },
): string {
  const [field, ...others] = specOf(metadata, specId).fields
  const value = field && partition[field.name]
  if (!field || others.length > 0 || typeof value !== 'number') return ''
  const month = field.transform === 'day' ? monthOf(value) : field.transform === 'month' ? value : undefined
  if (month === undefined) return ''
  const folder = `year=${1970 + Math.floor(month / 12)}/month=${String((month % 12) + 1).padStart(2, '0')}/`
  if (field.transform === 'month') return folder
  return `${folder}day=${String(new Date(value * DAY_MS).getUTCDate()).padStart(2, '0')}/`
}

/** The table with a partition spec for months beside its own by day; undefined where it is not partitioned by one day. */
export function withMonthSpec(table: Table): { table: Table; spec: PartitionSpec } | undefined {
  const { metadata } = table
  const [day, ...others] = specOf(metadata).fields
  if (day?.transform !== 'day' || others.length > 0) return undefined
  const known = metadata['partition-specs'].find(
    ({ fields }) =>
      fields.length === 1 && fields[0]!.transform === 'month' && fields[0]!['source-id'] === day['source-id'],
  )
  if (known) return { table, spec: known }
  const fieldId = metadata['last-partition-id'] + 1
  const spec: PartitionSpec = {
    'spec-id': Math.max(...metadata['partition-specs'].map((one) => one['spec-id'])) + 1,
    fields: [
      {
        'source-id': day['source-id'],
        'field-id': fieldId,
        name: `${day.name.replace(/_day$/, '')}_month`,
        transform: 'month',
      },
    ],
  }
  const specs = [...metadata['partition-specs'], spec]
  return {
    table: { ...table, metadata: { ...metadata, 'partition-specs': specs, 'last-partition-id': fieldId } },
    spec,
  }
}
