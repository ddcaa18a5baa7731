import { z } from 'zod'
import type { Filters } from '../../dashboard/count/filters.ts'
import { ref } from './shapes.ts'

export const chartId = z.string().min(1).max(80)

export const named = z.object({ name: z.string().min(1).max(80) })

const day = z.string().max(20).meta({ description: 'A day (`2026-03-01`) or a month (`2026-03`), in the city’s zone.' })

/** Keys of a dimension: one, or several of which any may fit. */
export const keys = z.union([z.string().max(500), z.array(z.string().max(500)).max(2000)])

/** What every question about incidents may say; other names are dimensions. */
export const filterParameters = { at: ref.default('latest'), from: day.optional(), to: day.optional() }

export const compareParameters = {
  compare: z.string().max(40).default('none').meta({
    description: 'none, previous_year, previous_period, or two days as `2025-01-01..2025-06-30`.',
  }),
  compare_batch: ref.optional(),
}

type Given = Record<string, string | string[] | undefined>

/** What is left of a question once everything that is no filter was taken out of it. */
export function filtersOf({ from, to, ...rest }: Given): Filters {
  const given = Object.entries(rest).flatMap(([name, value]): [string, string[]][] =>
    value === undefined ? [] : [[name, [value].flat()]],
  )
  return { keys: Object.fromEntries(given), from: from as string | undefined, to: to as string | undefined }
}
