import { useEffect } from 'react'
import { API } from './api.ts'

/** What the server tells open pages; see `GET /api/v1/events`. */
export interface ServerEvents {
  batch: { batch_at: string }
  refresh: { dashboard: string; state: 'fresh' | 'loading' | 'failed'; batch_at?: string }
  run: { run: string; batch_at: string; state: string; step: string | null; rows_done: number | null }
}

type Listener = (data: never) => void

const listeners = new Map<keyof ServerEvents, Set<Listener>>()
let source: EventSource | undefined

/** Calls back for each event of a kind while the component is there. All listeners share one connection. */
export function useServerEvent<K extends keyof ServerEvents>(kind: K, listener: (data: ServerEvents[K]) => void): void {
  useEffect(() => {
    const known = listeners.get(kind) ?? listen(kind)
    known.add(listener as Listener)
    return () => {
      known.delete(listener as Listener)
      hangUpIfUnheard()
    }
  }, [kind, listener])
}

function listen(kind: keyof ServerEvents): Set<Listener> {
  const known = new Set<Listener>()
  listeners.set(kind, known)
  source ??= new EventSource(`${API}/events`)
  source.addEventListener(kind, (event: MessageEvent<string>) => {
    const data = JSON.parse(event.data) as never
    for (const listener of known) listener(data)
  })
  return known
}

function hangUpIfUnheard(): void {
  if ([...listeners.values()].some((known) => known.size > 0)) return
  source?.close()
  source = undefined
  listeners.clear()
}
