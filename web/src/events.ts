import { useEffect } from 'react'
import { API } from './api.ts'

/** What the server tells open pages; see `GET /api/v1/events`. */
export interface ServerEvents {
  batch: { batch_at: string }
  refresh: { dashboard: string; state: 'fresh' | 'loading' | 'failed'; batch_at?: string }
  run: { run: string; batch_at: string; state: string; step: string | null; rows_done: number | null }
}

type Kind = keyof ServerEvents
type Listener = (data: never) => void

const listeners = new Map<Kind, Set<Listener>>()
const returns = new Set<() => void>()
let source: EventSource | undefined
let wasOpen = false

/** Calls back for each event of a kind while the component is there. All listeners share one connection. */
export function useServerEvent<K extends Kind>(kind: K, listener: (data: ServerEvents[K]) => void): void {
  useEffect(() => {
    const known = listeners.get(kind) ?? new Set()
    listeners.set(kind, known.add(listener as Listener))
    if (source) listen(source, kind)
    else connect()
    return () => {
      known.delete(listener as Listener)
      if ([...listeners.values()].every((others) => others.size === 0)) hangUp()
    }
  }, [kind, listener])
}

/** Calls back whenever the connection is there again: what happened while it was not, nobody told. */
export function useReturn(listener: () => void): void {
  useEffect(() => {
    returns.add(listener)
    return () => void returns.delete(listener)
  }, [listener])
}

/** Browsers hold six connections to a server at most: a page that nobody sees gives its own back, and asks anew when seen. */
document.addEventListener('visibilitychange', () => (document.hidden ? hangUp() : connect()))

function connect(): void {
  if (source || document.hidden || listeners.size === 0) return
  source = new EventSource(`${API}/events`)
  source.addEventListener('open', () => {
    if (wasOpen) for (const listener of returns) listener()
    wasOpen = true
  })
  for (const kind of listeners.keys()) listen(source, kind)
}

const heard = new WeakMap<EventSource, Set<Kind>>()

function listen(from: EventSource, kind: Kind): void {
  const kinds = heard.get(from) ?? new Set()
  if (kinds.has(kind)) return
  heard.set(from, kinds.add(kind))
  from.addEventListener(kind, (event: MessageEvent<string>) => {
    const data = JSON.parse(event.data) as never
    for (const listener of listeners.get(kind) ?? []) listener(data)
  })
}

function hangUp(): void {
  source?.close()
  source = undefined
}
