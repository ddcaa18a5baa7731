import type { ReactNode } from 'react'
import { MapScale } from './map-scale.tsx'
import type { Projection } from './projection.ts'
import type { useMarks } from './use-marks.tsx'

interface MapSheetProps {
  label: string
  /** Of the place that it was projected for, in pixels. */
  width: number
  projection: Projection
  drawing: ReturnType<typeof useMarks>['drawing']
  children: ReactNode
}

/** What a map is drawn on. Beside shorter charts it is as high as they are: then the drawing shrinks as a whole. */
export function MapSheet({ label, width, projection, drawing, children }: MapSheetProps) {
  const { height } = projection
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="group"
      aria-label={label}
      data-chart
      {...drawing}
    >
      {children}
      <MapScale projection={projection} width={width} />
    </svg>
  )
}
