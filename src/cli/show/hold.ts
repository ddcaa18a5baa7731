/** What a restore holds, in a line: `raw.crimes as of 2026-11-23T06:00:00Z where year = 2019`. */
export function holdText({ table, batch, where }: { table: string; batch: string; where: string | null }): string {
  return `${table} as of ${batch}${where === null ? '' : ` where ${where}`}`
}
