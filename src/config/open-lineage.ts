import { BlotterError } from '../errors.ts'
import type { Credential, OpenLineageConfig } from '../model/configuration.ts'

/** The variables are those of OpenLineage's own clients, so that one setting serves all that tell of their runs. */
const OPENLINEAGE_VARIABLES = {
  url: 'OPENLINEAGE_URL',
  apiKey: 'OPENLINEAGE_API_KEY',
  namespace: 'OPENLINEAGE_NAMESPACE',
} as const

/**
 * Where lineage events are posted to, from the environment alone. Throws `config_invalid` for a URL that is none, and for
 * one with a user or a password in it: it is printed where posting fails.
 */
export function openLineageOf(
  env: Readonly<Record<string, string | undefined>>,
  credential: (variable: string) => Credential | undefined,
): OpenLineageConfig {
  const text = env[OPENLINEAGE_VARIABLES.url] || undefined
  const namespace = env[OPENLINEAGE_VARIABLES.namespace] || 'blotter'
  const url = text === undefined ? undefined : URL.parse(text)
  if (url !== undefined) refuseUnfit(url)
  return { namespace, url: url?.href, apiKey: credential(OPENLINEAGE_VARIABLES.apiKey) }
}

function refuseUnfit(url: URL | null): asserts url is URL {
  const plain =
    url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.search === ''
  if (plain) return
  throw new BlotterError('config_invalid', 'OPENLINEAGE_URL is no http or https URL without user, password and query.', {
    todo: 'Give something like https://lineage.example.org, and the key as OPENLINEAGE_API_KEY or OPENLINEAGE_API_KEY_FILE.',
    context: { variable: OPENLINEAGE_VARIABLES.url },
  })
}
