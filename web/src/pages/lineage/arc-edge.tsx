import { BaseEdge, type EdgeProps } from '@xyflow/react'

/** Joins cards that stand below each other: the further apart, the wider it swings to the left. */
export function ArcEdge({ sourceX, sourceY, targetX, targetY }: EdgeProps) {
  const swing = Math.min(72, 14 + Math.abs(targetY - sourceY) / 10)
  const path = `M${sourceX},${sourceY} C${sourceX - swing},${sourceY} ${targetX - swing},${targetY} ${targetX},${targetY}`
  return <BaseEdge path={path} />
}
