import { BlotterError } from '../errors.ts'

/** Throws `config_invalid` for a source URL with a password in it: command lines and files are seen by others. */
export function refusePasswordInUrl(url: string | undefined, origin: string | undefined): void {
  const inAuthority = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*:[^/?#]*@/i
  const inQuery = /[?&](?:password|passwd|pwd|token)=/i
  if (url === undefined || !(inAuthority.test(url) || inQuery.test(url))) return
  throw new BlotterError(
    'config_invalid',
    `The source's URL (${origin ?? 'as given'}) holds a password, for others to see.`,
    {
      todo:
        'Leave it out of the URL (mysql://USER@HOST/DB?table=crimes) and set BLOTTER_SOURCE_PASSWORD, ' +
        'or BLOTTER_SOURCE_PASSWORD_FILE to a file that holds it.',
      context: { key: 'source.url' },
    },
  )
}
