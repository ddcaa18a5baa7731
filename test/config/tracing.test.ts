import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../src/config.ts'

const load = (env: Record<string, string>, files: Record<string, string> = {}) =>
  loadConfig({ env, flags: {}, cwd: '/city', readFile: (path) => files[path] }).tracing

test('without an endpoint nothing is traced', () => {
  assert.equal(load({}), undefined)
  assert.equal(load({ OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_SERVICE_NAME: 'police' }), undefined)
})

test('OpenTelemetry’s variables say where traces go, and what goes with them', async () => {
  const given = load({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318/', OTEL_EXPORTER_OTLP_HEADERS: 'key=value' })
  assert.deepEqual([given?.url, given?.service], ['http://localhost:4318/v1/traces', 'blotter'])
  assert.equal(await given?.headers?.(), 'key=value')
  const own = load({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example.org/in',
    OTEL_SERVICE_NAME: 'police',
  })
  assert.deepEqual([own?.url, own?.service, own?.headers], ['https://traces.example.org/in', 'police', undefined])
  const filed = load(
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://h', OTEL_EXPORTER_OTLP_HEADERS_FILE: '/run/h' },
    { '/run/h': 'a=b\n' },
  )
  assert.equal(await filed?.headers?.(), 'a=b')
})

test('an endpoint that would show a credential, or is none, is refused without being shown', () => {
  for (const url of ['https://user:canary@host', 'canary', 'ftp://canary']) {
    assert.throws(
      () => load({ OTEL_EXPORTER_OTLP_ENDPOINT: url }),
      (error: Error & { code?: string; todo?: string }) => {
        assert.equal(error.code, 'config_invalid')
        assert.doesNotMatch(`${error.message} ${error.todo}`, /canary/)
        return true
      },
    )
  }
})
