import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load, refused } from './given.ts'

test('cron fields, zones and pauses that mean nothing are refused with their place', () => {
  assert.match(refused('schedule: { cron: 61 * * * * }').message, /line 1, column \d+: schedule\.cron .*minute: 61/)
  assert.match(refused('schedule: { cron: "0 0 30 2 *" }').message, /never come to pass/)
  assert.match(refused('', { env: { BLOTTER_SCHEDULE_CRON: 'soon' } }).message, /^BLOTTER_SCHEDULE_CRON: schedule\.cron/)
  assert.match(refused('schedule: { on_source_change: 0s }').message, /at least 1s/)
  assert.match(refused('load: { from: mysql://a@b/c }\nsource: { url: mysql://a@b/c }').message, /socrata:/)
  assert.match(
    refused('schedule: { cron: "0 6 * * *", timezone: Mars/Base }').message,
    /schedule\.timezone .*America\/Chicago/,
  )
})

test('what is loaded goes into a table of MySQL, and only there', () => {
  const loader = 'load: { from: "socrata://data.example.org/ijzp-q8t2" }\n'
  const mysql = 'source: { url: "mysql://loader@127.0.0.1/chicago?table=crimes" }'
  assert.deepEqual(load(loader + mysql).load, { from: 'socrata://data.example.org/ijzp-q8t2' })
  assert.match(refused(`${loader}source: { url: "file:crimes.csv" }`).message, /file:crimes\.csv is no table of MySQL/)
  assert.match(refused(loader).message, /none is no table of MySQL/)
  assert.equal(load(loader + mysql, { flags: { source: 'demo://chicago' } }).load, undefined)
  assert.match(refused(`load: { from: "socrata://x/y?token=z" }\n${mysql}`).message, /load\.from.* holds a password/)
})
