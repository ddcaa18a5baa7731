/** Where to go after a login: only ever to a page of this server, which `origin` is. */
export function nextAddress(params: URLSearchParams, origin: string): string {
  const next = URL.parse(params.get('next') ?? '/', origin)
  if (next?.origin !== origin || next.pathname === '/login') return '/'
  // Two slashes at the beginning of a path would be the name of another server.
  return next.pathname.replace(/^\/+/, '/') + next.search
}
