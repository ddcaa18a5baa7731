/** What can happen to one incident between two batches, in the order in which it is told. */
export const CHANGE_KINDS = [
  'new',
  'vanished',
  'returned',
  'arrested',
  'arrest_withdrawn',
  'reclassified',
  'moved',
  'amended',
  'restamped',
] as const

/** How many incidents have each kind; kinds with none are left out. */
export type ChangeCounts = Partial<Record<string, number>>
