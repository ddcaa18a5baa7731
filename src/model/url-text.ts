/** Whether a source's URL names a database that speaks MySQL's protocol. */
export function isMysqlUrl(url: string): boolean {
  return /^(?:mysql|mariadb):/.test(url)
}

/** A percent-encoded text decoded; one that is not well encoded stays as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
