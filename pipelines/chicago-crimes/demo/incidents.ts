import type { DemoDefinition } from '../../../src/index.ts'
import { openCity } from './city.ts'

const CHUNK_ROWS = 2048

/**
 * A synthetic city that looks like Chicago: shares, rates and shapes as published, every incident invented. `day=0` is
 * published on 20 November 2026; each later day is the same city one day on. Up to 100 million rows and day 366.
 */
export const incidents: DemoDefinition = {
  *incidents(options) {
    const city = openCity(options)
    for (let from = 0; from < city.places; from += CHUNK_ROWS) {
      const chunk = city.chunk(from, Math.min(CHUNK_ROWS, city.places - from))
      if (chunk.rows > 0) yield chunk
    }
  },
}
