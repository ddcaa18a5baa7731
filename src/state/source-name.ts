/**
 * A source's URL as it may be stored and shown: without the password, and without the values of query parameters that
 * hold a credential by their name. Two URLs that differ only in these are the same source.
 */
export function sourceWithoutPassword(url: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/is.exec(url) ?? []
  const beforeQuery = rest.split('?', 1)[0] ?? ''
  // Without a slash before it, the question mark is part of a password that nobody encoded.
  const at = (beforeQuery.includes('/') ? beforeQuery : rest).lastIndexOf('@')
  if (at === -1) return withoutSecretParameters(url)
  const user = rest.slice(0, at).split(':', 1)[0] ?? ''
  return withoutSecretParameters(`${scheme}${user}${rest.slice(at)}`)
}

function withoutSecretParameters(url: string): string {
  return url.replaceAll(/([?&][^=&]*(?:password|passwd|token|secret|api_?key)[^=&]*=)[^&]*/gi, '$1***')
}
