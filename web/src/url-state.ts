import { useSyncExternalStore } from 'react'

/** Everything that is chosen lives in the address, so that a link shows the same and back goes back. */
export interface Place {
  path: string
  params: URLSearchParams
}

/** New values by name: a list is repeated, and undefined or an empty one takes the parameter out. */
export type Change = Readonly<Record<string, string | readonly string[] | undefined>>

const MOVED = 'blotter:moved'
let known: { href: string; place: Place } | undefined

/** The current place; the same object until the address changes. */
export function currentPlace(): Place {
  const { href, pathname, search } = location
  if (known?.href !== href) known = { href, place: { path: pathname, params: new URLSearchParams(search) } }
  return known!.place
}

function subscribe(listener: () => void): () => void {
  addEventListener('popstate', listener)
  addEventListener(MOVED, listener)
  return () => {
    removeEventListener('popstate', listener)
    removeEventListener(MOVED, listener)
  }
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, currentPlace)
}

/** One parameter of the address; undefined where it is absent. */
export function useParam(name: string): string | undefined {
  return usePlace().params.get(name) ?? undefined
}

/** Goes to an address of this application; `replace` leaves no step to go back to. */
export function go(href: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', href)
  else history.pushState(null, '', href)
  dispatchEvent(new Event(MOVED))
}

/** The address of the current page with other values. */
export function hrefWith(change: Change, { path, params }: Place = currentPlace()): string {
  const next = new URLSearchParams(params)
  for (const [name, value] of Object.entries(change)) {
    next.delete(name)
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) next.append(name, one)
  }
  const text = next.toString()
  return text ? `${path}?${text}` : path
}

export function set(change: Change, options?: { replace: boolean }): void {
  go(hrefWith(change), options)
}

/** Parameters that stay when the page changes: which batch is looked at, and which it is compared with. */
const KEPT = ['asof', 'compare']

/** The address of another page, as of the same batch. */
export function hrefOf(path: string, change: Change = {}): string {
  const { params } = currentPlace()
  const kept = Object.fromEntries(KEPT.map((name) => [name, params.get(name) ?? undefined]))
  return hrefWith({ ...kept, ...change }, { path, params: new URLSearchParams() })
}
