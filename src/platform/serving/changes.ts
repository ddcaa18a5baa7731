import type { Dashboards } from '../../dashboard/dashboards.ts'
import { type Hexagons, hexagonsOf, placeNumber, placeOf } from '../../dashboard/memory/place-select.ts'
import { BlotterError } from '../../errors.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { ChangeCounts } from '../../model/change.ts'
import type { ChangeExplorer, ChangesPage, ChangesWish } from '../../query/change-explorer.ts'

type Filters = Omit<ChangesWish, 'offset' | 'limit' | 'place'>

/** Changes by the hexagons of a dashboard. */
export interface ChangedPlaces {
  from: BatchAt
  to: BatchAt
  /** From a hexagon's middle to a corner. */
  size_m: number
  /** Most incidents first; those without a place have the key `unknown`. */
  places: { key: string; lat?: number; lon?: number; incidents: number; counts: ChangeCounts }[]
}

/** What changed between batches, and where on the hexagons of a dashboard. */
export function changes(explorer: ChangeExplorer, dashboards: () => Dashboards) {
  const hexagons = async (name: string): Promise<Hexagons> => {
    const { loaded } = await dashboards().open(name, 'latest')
    const found = hexagonsOf(loaded.definition, dashboards().lake.incidents)
    if (found) return found
    throw new BlotterError('usage', `The dashboard ${name} has no hexagons.`, { todo: 'Name one that has a map of them.' })
  }
  return {
    /** `place` is the key of a hexagon of the dashboard. */
    async changes({
      dashboard,
      place,
      ...wish
    }: Omit<ChangesWish, 'place'> & { dashboard?: string | undefined; place?: string | undefined }): Promise<ChangesPage> {
      if (dashboard === undefined || place === undefined) return explorer.changes(wish)
      const { select } = await hexagons(dashboard)
      const number = placeNumber(place)
      // What is no place has no incident.
      return explorer.changes({ ...wish, place: { select, number: number === undefined ? -1 : number } })
    },
    async changedPlaces({ dashboard, ...wish }: Filters & { dashboard: string }): Promise<ChangedPlaces> {
      const found = await hexagons(dashboard)
      const { from, to, places } = await explorer.places(wish, found.select)
      const told = places.map(({ place, ...counted }) => ({ ...placeOf(found, place), ...counted }))
      return { from, to, size_m: found.grid.sizeM, places: told }
    },
  }
}
