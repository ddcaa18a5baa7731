import type { Projection } from './projection.ts'

const SCALE_KM = 5

/** How long five kilometres are, and where the north is. */
export function MapScale({ projection, width }: { projection: Projection; width: number }) {
  const length = projection.pixelsOf(SCALE_KM)
  return (
    <g className="axis" aria-hidden="true" transform={`translate(${width - length - 4} 20)`}>
      <path className="scale-bar" d={`M0 -4V0H${length}V-4`} />
      <text className="middle" x={length / 2} y={-6}>
        {SCALE_KM} km
      </text>
      <text className="middle" x={length / 2} y={18}>
        N ↑
      </text>
    </g>
  )
}
