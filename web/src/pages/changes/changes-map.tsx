import { useQuery } from '@tanstack/react-query'
import { ChartShell } from '../../charts/chart-shell.tsx'
import { HexagonMap } from '../../charts/hexagon-map.tsx'
import { groundOf } from '../../charts/hexagon-projection.ts'
import type { Mark } from '../../charts/mark.ts'
import { dashboardQuery } from '../../dashboards.ts'
import { betweenBatches, count, counted, placeText, words } from '../../format.ts'
import { type ChangedPlace, changedPlacesQuery, type ChangesWish } from '../../incidents.ts'
import { set } from '../../url-state.ts'
import { kindsOf } from './kinds.tsx'

/** Where all the changes are, by the hexagons of the dashboard; one that is chosen lists its incidents. */
export function ChangesMap({ wish, dashboard }: { wish: ChangesWish; dashboard: string }) {
  const { place: chosen, ...everywhere } = wish
  const { data } = useQuery(changedPlacesQuery({ ...everywhere, dashboard }))
  const { data: board } = useQuery(dashboardQuery(dashboard, 'latest'))
  const ground = groundOf(board?.dimensions.find(({ kind }) => kind === 'hexagon'))
  if (!data || ground.length === 0 || data.places.length === 0) return null
  const marks = data.places.map(markOf)
  const placed = marks.filter(({ lat }) => lat !== undefined)
  const sum = placed.reduce((total, { value }) => total + value, 0)
  const without = marks.find(({ lat }) => lat === undefined)?.value ?? 0
  const subtitle = `${counted(sum, 'incident', 'incidents')} by hexagon of ${count(data.size_m)} m`
  return (
    <ChartShell
      id="changes-map"
      title="Where they are"
      subtitle={without > 0 ? `${subtitle}; ${count(without)} have no place` : subtitle}
      batchAt={data.to}
      foot={betweenBatches(data.from, data.to)}
      className="half tall"
      twin={{
        columns: ['Place', 'incidents', 'kinds of change'],
        rows: marks.map(({ label, value, parts = [] }) => [label, count(value), parts.map(partText).join(', ')]),
      }}
    >
      <HexagonMap
        label="Changed incidents by place"
        marks={placed}
        ground={ground}
        choice={{
          chosen: new Set(chosen === undefined ? [] : [chosen]),
          toggle: (key) => set({ place: key === chosen ? undefined : key }),
        }}
        measure={{ value: 'changed', base: 'incidents' }}
      />
    </ChartShell>
  )
}

function markOf({ key, lat, lon, incidents, counts }: ChangedPlace): Mark {
  const parts = kindsOf(counts).flatMap((kind) => (counts[kind] ? [{ label: words(kind), value: counts[kind] }] : []))
  return { key, label: placeText({ lat, lon }), value: incidents, base: incidents, share: null, parts, lat, lon }
}

function partText({ label, value }: { label: string; value: number }): string {
  return `${count(value)} ${label}`
}
