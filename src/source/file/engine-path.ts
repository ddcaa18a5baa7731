/** A path for the engine, which takes `*`, `?` and `[` for a glob. */
export function enginePath(path: string): string {
  return path.replaceAll(/[*?[]/g, (sign) => `[${sign}]`)
}
