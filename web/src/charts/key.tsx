import type { Measure } from './mark.ts'

interface KeyProps {
  x: number
  /** Room in pixels: with little of it, the base is only called `all`. */
  width: number
  measure: Measure
  isCompared?: boolean
}

const ROOMY = 260

/** What the dark and the pale part of a bar are, and the line of the compared period. */
export function Key({ x, width, measure, isCompared = false }: KeyProps) {
  const entries = [
    { name: 'value', sign: '■', text: measure.value },
    { name: 'base', sign: '■', text: width > ROOMY ? `all ${measure.base}` : 'all' },
    ...(isCompared ? [{ name: 'compared', sign: '▬', text: width > ROOMY + 60 ? 'compared period' : 'compared' }] : []),
  ]
  return (
    <text x={x} y={12} aria-hidden="true">
      {entries.map(({ name, sign, text }, i) => (
        <tspan key={name} dx={i === 0 ? 0 : 10}>
          <tspan className={`key-${name}`}>{sign}</tspan> {text}
        </tspan>
      ))}
    </text>
  )
}
