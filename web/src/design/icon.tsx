/** Strokes on a grid of 20; each is drawn for this project. */
const PATHS = {
  dashboard: 'M3 17V9.5M8 17V3M13 17v-5.5M18 17V6.5M1.5 17h17',
  changes: 'M3 6.5h12M11.5 3l3.5 3.5-3.5 3.5M17 13.5H5M8.5 10 5 13.5 8.5 17',
  sql: 'M2.5 4h15v12h-15zM5.5 7.5 8 10l-2.5 2.5M10 12.5h4',
  catalog:
    'M3 4.5c0-1.4 3.1-2.5 7-2.5s7 1.1 7 2.5v11c0 1.4-3.1 2.5-7 2.5s-7-1.1-7-2.5zM3 4.5C3 5.9 6 7 10 7s7-1.1 7-2.5M3 10c0 1.4 3 2.5 7 2.5s7-1.1 7-2.5',
  lineage: 'M2 8h5v4H2zM13 2.5h5v4h-5zM13 13.5h5v4h-5zM7 10h2.5c2 0 1-5.5 3.5-5.5M9.5 10c2 0 1 5.5 3.5 5.5',
  runs: 'M2.5 4h4v4h-4zM8 4h4v4H8zM13.5 4h4v4h-4zM2.5 12h4v4h-4zM8 12h4v4H8zM13.5 12h4v4h-4z',
  settings: 'M3 5.5h8M15 5.5h2M3 14.5h2M9 14.5h8M13 3.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM7 12.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4z',
  more: 'M4 10h.01M10 10h.01M16 10h.01',
  search: 'M8.5 3a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM12.5 12.5 17 17',
  user: 'M10 3a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM3 17.5c.8-3.3 3.5-5 7-5s6.2 1.7 7 5',
  down: 'M5.5 8 10 12.5 14.5 8',
  close: 'M5.5 5.5l9 9M14.5 5.5l-9 9',
  check: 'M4 10.5l4 4 8-9',
  info: 'M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM10 9v5M10 6.200v.1',
  warning: 'M10 3 18 16.5H2zM10 8v4M10 14.200v.1',
  failed: 'M6.7 2.5h6.600l4.2 4.200v6.600l-4.2 4.200H6.700l-4.2-4.200V6.700zM7.5 7.5l5 5M12.5 7.5l-5 5',
  clock: 'M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM10 5.5V10l3 2',
  refresh: 'M16.5 8A7 7 0 0 0 4 6.5M3.5 3v4h4M3.5 12A7 7 0 0 0 16 13.5M16.5 17v-4h-4',
  table: 'M2.5 4h15v12h-15zM2.5 8h15M2.5 12h15M8 8v8',
  copy: 'M7 7h10v10H7zM4 13H3V3h10v1',
  lock: 'M4 9h12v8H4zM6.5 9V6.5a3.5 3.5 0 0 1 7 0V9',
  pause: 'M7 4v12M13 4v12',
  sun: 'M10 6.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M16 4l-1.4 1.4M5.4 14.6 4 16',
} as const

export type IconName = keyof typeof PATHS

/** Always beside a word or in a control that has a name: never read aloud. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth={name === 'more' ? 2.6 : 1.5}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
