import { useSyncExternalStore } from 'react'

/** As in sql.css: below this, what stands beside the statement is folded above it. */
const narrow = matchMedia('(max-width: 960px)')

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener)
  return () => narrow.removeEventListener('change', listener)
}

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches)
}
