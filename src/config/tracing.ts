import { BlotterError } from '../errors.ts'
import type { Credential, TracingConfig } from '../model/configuration.ts'

/** The variables are those of OpenTelemetry (OTLP Exporter Configuration), so that one setting serves all that is traced. */
const TRACING_VARIABLES = {
  endpoint: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  tracesEndpoint: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  headers: 'OTEL_EXPORTER_OTLP_HEADERS',
  service: 'OTEL_SERVICE_NAME',
} as const

/**
 * Where traces are sent to, from the environment alone; undefined where nothing says so. An endpoint for all signals gets
 * `/v1/traces` behind it, one for traces is taken as it is. Throws `config_invalid` for a URL that is none, and for one with a
 * user or a password in it.
 */
export function tracingOf(
  env: Readonly<Record<string, string | undefined>>,
  credential: (variable: string) => Credential | undefined,
): TracingConfig | undefined {
  const { endpoint, tracesEndpoint, headers, service } = TRACING_VARIABLES
  const variable = env[tracesEndpoint] ? tracesEndpoint : endpoint
  const text = env[variable]
  if (!text) return undefined
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') throw unfit(variable)
  if (variable === endpoint) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`
  return { url: url.href, headers: credential(headers), service: env[service] || 'blotter' }
}

function unfit(variable: string): BlotterError {
  return new BlotterError('config_invalid', `${variable} is no http or https URL without user and password.`, {
    todo: `Give something like http://localhost:4318, and what a collector asks for as ${TRACING_VARIABLES.headers}.`,
    context: { variable },
  })
}
