import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import type { Figures } from '../../src/platform/serving/figures.ts'
import { METRICS } from '../../src/server/metrics.ts'
import { desk } from './desk.ts'

const FIGURES: Figures = {
  runs: { succeeded: 3, failed: 1 },
  lastRun: {
    state: 'succeeded',
    seconds: 12.5,
    startedAt: 1_795_000_000,
    steps: [{ step: 'extract', seconds: 4, attempts: 2 }],
  },
  rows: { read: 10, landed: 9, quarantined: 1 },
  changes: { new: 9 },
  batches: 4,
  newestBatchAt: 1_795_000_000,
  tables: [{ table: 'raw."odd"', rows: 9, bytes: 100, files: 2, snapshots: 4 }],
  margins: { run: 2000, freshness: -5 },
  secrets: [{ secret: 'mysql', age: 86_400 }, { secret: 'unknown' }],
  outbox: { alerts: 2, givenUp: 0, lineage: 0 },
  unreadable: ['lake'],
}

const example = (name: string): string => readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8')

describe('/metrics', () => {
  it('tells every figure that is known, and nothing in place of one that is not', async (t) => {
    const { ask } = await desk(t, { figures: async () => FIGURES })
    const { status, text, headers } = await ask('GET', '/metrics')
    assert.equal(status, 200)
    assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/)
    for (const line of [
      'blotter_runs{state="succeeded"} 3',
      'blotter_last_run_seconds 12.5',
      'blotter_last_run_step_seconds{step="extract"} 4',
      'blotter_rows{outcome="quarantined"} 1',
      'blotter_table_rows{table="raw.\\"odd\\""} 9',
      'blotter_deadline_margin_seconds{scope="freshness"} -5',
      'blotter_secret_age_seconds{secret="mysql"} 86400',
      'blotter_outbox_alerts 2',
      'blotter_unreadable{part="lake"} 1',
    ])
      assert.ok(text.split('\n').includes(line), `${line}\n${text}`)
    assert.match(text, /^process_resident_memory_bytes \d/m)
    assert.doesNotMatch(text, /^blotter_lake_bytes /m)
    assert.doesNotMatch(text, /secret="unknown"/)
    for (const line of text.split('\n'))
      assert.match(line, /^(?:$|# (?:HELP|TYPE) \w+ .+|\w+(?:\{.*\})? (?:-?[\d.e+-]+|\+?Inf|Nan)(?: \d+)?$)/)
  })

  it('is for tokens of its scope alone', async (t) => {
    const { ask, app } = await desk(t)
    assert.equal((await app.inject({ url: '/metrics', headers: { host: '127.0.0.1' } })).statusCode, 401)
    assert.equal((await ask('GET', '/metrics', { scopes: ['api', 'catalog:read'] })).status, 403)
    assert.equal((await ask('GET', '/metrics', { scopes: ['metrics'] })).status, 200)
  })

  it('has every metric that the dashboard and the alert rules in examples/ name, with those labels', () => {
    const dashboard = JSON.parse(example('grafana-dashboard.json')) as {
      panels: { targets: { expr: string; legendFormat: string }[] }[]
    }
    const rules = parse(example('alert-rules.yaml')) as {
      groups: { rules: { alert: string; expr: string; annotations: object }[] }[]
    }
    const targets = dashboard.panels.flatMap((panel) => panel.targets)
    const alerts = rules.groups.flatMap((group) => group.rules)
    const used = new Set<string>()
    const look = (expression: string, text: string): void => {
      const names = expression.match(/\bblotter_\w+/g) ?? []
      for (const name of names) {
        assert.ok(METRICS[name], `${name} is no metric`)
        used.add(name)
      }
      const told = text.matchAll(/\{\{ ?(?:\$labels\.)?(\w+) ?\}\}/g)
      const labels = [...told, ...expression.matchAll(/[{,](\w+)(?:=~?|!=)"/g)].map(([, label]) => label!)
      const known = ['job', ...names.flatMap((name) => METRICS[name]?.labels ?? [])]
      for (const label of labels) assert.ok(known.includes(label), `${label} is no label of ${names.join(', ')}`)
    }
    for (const { expr, legendFormat } of targets) look(expr, legendFormat)
    for (const { expr, annotations } of alerts) look(expr, JSON.stringify(annotations))
    assert.ok(targets.length > 10 && alerts.length > 5)
    const unused = Object.keys(METRICS).filter((name) => !used.has(name))
    assert.deepEqual(unused, ['blotter_runs', 'blotter_table_rows'])
  })
})
