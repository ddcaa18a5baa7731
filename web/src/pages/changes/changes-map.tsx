import { useQuery } from '@tanstack/react-query'
import { ChartShell } from '../../charts/chart-shell.tsx'
import { hexagonProjection } from '../../charts/hexagon-projection.ts'
import type { Mark } from '../../charts/mark.ts'
import { useWidth } from '../../charts/use-width.ts'
import { dashboardQuery, dashboardsQuery } from '../../dashboards.ts'
import { count, words } from '../../format.ts'
import { type Change, changesQuery, type ChangesWish } from '../../incidents.ts'
import { Link } from '../../link.tsx'
import { hrefOf } from '../../url-state.ts'

const SHOWN_AT_MOST = 500
const TALLEST = 560
/** Kinds that have a colour of their own, the first that an incident has; all others share the last. */
const COLOURED = ['new', 'arrested', 'reclassified', 'moved', 'vanished']

interface Point {
  change: Change
  kind: number
  lat: number
  lon: number
}

/** Where the changes are: a dot each, on the city as its incidents draw it. */
export function ChangesMap({ wish }: { wish: ChangesWish }) {
  const { data } = useQuery(changesQuery(wish, 0, SHOWN_AT_MOST))
  const ground = useGround()
  const points = (data?.rows ?? []).flatMap(pointOf)
  if (!data || ground.length === 0 || points.length === 0) return null
  const without = data.rows.length - points.length
  const parts = [
    data.total > SHOWN_AT_MOST ? `the first ${SHOWN_AT_MOST} of ${count(data.total)}` : `${count(points.length)} incidents`,
    ...(without > 0 ? [`${count(without)} have no place`] : []),
  ]
  return (
    <ChartShell
      id="changes-map"
      title="Where they are"
      subtitle={parts.join('; ')}
      batchAt={data.to}
      className="half"
      twin={{
        columns: ['Incident', 'kinds', 'latitude', 'longitude'],
        rows: points.map(({ change, lat, lon }) => [
          String(change.id),
          change.kinds.map(words).join(', '),
          String(lat),
          String(lon),
        ]),
      }}
    >
      <Dots points={points} ground={ground} />
      <ul className="dots-key">
        {[...COLOURED, 'other'].map((kind, index) => (
          <li key={kind} className={`series-${index + 1}`}>
            {words(kind)}
          </li>
        ))}
      </ul>
    </ChartShell>
  )
}

function Dots({ points, ground }: { points: readonly Point[]; ground: readonly Mark[] }) {
  const [element, width] = useWidth()
  const projection = hexagonProjection(ground, width, TALLEST)
  return (
    <div className="chart" ref={element}>
      {projection && (
        <svg width={width} height={projection.height} role="group" aria-label="Changed incidents on the map" data-chart>
          <path
            className="amount-1"
            aria-hidden="true"
            d={ground
              .map((mark) => {
                const { x, y } = projection.place(mark)
                return projection.hexagon(x, y)
              })
              .join('')}
          />
          {points.map(({ change, kind, lat, lon }) => {
            const { x, y } = projection.place({ lat, lon })
            const label = `Incident ${change.id}: ${change.kinds.map(words).join(', ')}`
            return (
              <Link
                key={String(change.id)}
                href={hrefOf(`/incidents/${change.id}`)}
                aria-label={label}
                className={`dot series-${kind + 1}`}
              >
                <circle cx={x} cy={y} r={5}>
                  <title>{label}</title>
                </circle>
              </Link>
            )
          })}
        </svg>
      )}
    </div>
  )
}

/** Incidents without a place have no dot. */
function pointOf(change: Change): Point[] {
  const { latitude, longitude } = change.after ?? change.before ?? {}
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return []
  if (latitude === 0 || longitude === 0) return []
  const first = COLOURED.findIndex((kind) => change.kinds.includes(kind))
  return [{ change, kind: first === -1 ? COLOURED.length : first, lat: latitude, lon: longitude }]
}

/** The hexagons of the first dashboard that has a map. */
function useGround(): readonly Mark[] {
  const { data: list } = useQuery(dashboardsQuery)
  const name = list?.dashboards[0]?.name
  const { data } = useQuery({ ...dashboardQuery(name ?? '', 'latest'), enabled: name !== undefined })
  const values = data?.dimensions.find(({ kind }) => kind === 'hexagon')?.values ?? []
  return values.map(({ key, lat, lon }) => ({ key, label: key, value: 0, base: 0, share: null, lat, lon }))
}
