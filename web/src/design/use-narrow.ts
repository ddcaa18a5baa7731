import { useMemo, useSyncExternalStore } from 'react'

/** True where the window is at most so wide, as style sheets say it by `@media (max-width: …)`. */
export function useNarrow(maxWidthPx: number): boolean {
  const query = useMemo(() => matchMedia(`(max-width: ${maxWidthPx}px)`), [maxWidthPx])
  const subscribe = useMemo(
    () => (listener: () => void) => {
      query.addEventListener('change', listener)
      return () => query.removeEventListener('change', listener)
    },
    [query],
  )
  return useSyncExternalStore(subscribe, () => query.matches)
}
