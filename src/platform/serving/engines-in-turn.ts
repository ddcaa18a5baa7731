import type { Engine } from '../../engine/engine.ts'

/**
 * Opens engines for answers, so many at a time at most: who asks for another one waits until one is disposed of. However many
 * people ask at once, memory stays that of so many.
 */
export function enginesInTurn(open: () => Promise<Engine>, places: number): () => Promise<Engine> {
  let free = places
  const waiting: (() => void)[] = []
  const leave = (): void => {
    const next = waiting.shift()
    if (next) next()
    else free += 1
  }
  return async () => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      const engine = await open()
      let isOpen = true
      return {
        ...engine,
        async [Symbol.asyncDispose]() {
          if (!isOpen) return
          isOpen = false
          try {
            await engine[Symbol.asyncDispose]()
          } finally {
            leave()
          }
        },
      }
    } catch (error) {
      leave()
      throw error
    }
  }
}
