/** What happened, for whoever has a page open; `type` says what else it holds. */
export interface PlatformEvent {
  type: string
  [detail: string]: unknown
}

/** Tells those who listen at this moment; nothing is kept. */
export interface EventBus {
  publish(event: PlatformEvent): void
  /** Returns what ends it. */
  subscribe(listen: (event: PlatformEvent) => void): () => void
}

export function createEventBus(): EventBus {
  const listeners = new Set<(event: PlatformEvent) => void>()
  return {
    publish(event) {
      for (const listen of listeners) listen(event)
    },
    subscribe(listen) {
      listeners.add(listen)
      return () => void listeners.delete(listen)
    },
  }
}
