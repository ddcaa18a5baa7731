import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONFIG_KEYS } from '../../src/config/keys.ts'
import { load, refused } from './given.ts'

test('no key takes what it cannot mean', () => {
  const nothing = [
    '" "',
    '"caf\ufffd"',
    '"a\\0b"',
    '"a\\nb"',
    '[[1]]',
    'true',
    '1.5',
    '-1',
    'null',
    '99999999d',
    '0s',
    '2000TiB',
  ]
  const names = new Set(['source.url', 'source.rotation.admin_user', 'source.rotation.clone', 'spark.master', 'server.host'])
  const isName = ({ path }: { path: string }): boolean =>
    /file$|\.(?:home|prefix|region|cert|key)$/.test(path) || names.has(path)
  for (const key of CONFIG_KEYS) {
    const isPlace = ['lake', 'state', 'pipeline'].includes(key.path)
    for (const value of isName(key) || isPlace ? nothing.slice(0, 9) : nothing) {
      const yaml = key.path.split('.').reduceRight((inner, name) => `{ ${name}: ${inner} }`, value)
      assert.match(refused(yaml).message, /line 1/, yaml)
    }
    if (isPlace) for (const value of ['~/x', 'gs://x', 'file:///x']) refused(`${key.path}: ${value}`)
  }
  for (const lake of ['s3://', 's3:///x', 'http://host/x']) assert.match(refused(`lake: ${lake}`).message, /s3:\/\/bucket/)
  for (const value of ['0B', '1MiB', '2000TiB'])
    assert.match(refused(`memory: ${value}`).message, /expected at (?:least|most)/)
  assert.match(refused('secrets: { rotate_every: 0s }').message, /more than no time/)
  assert.match(refused('sla: { run: 4000d }').message, /at most 3650d/)
})

test('keys that contradict each other are refused', () => {
  const email = (more: string) => `alerts: { email: { host: h, from: a@b, to: [c@d]${more} } }`
  assert.match(refused(email(', user: blotter')).message, /has a user and no password/)
  assert.match(refused(email(', password: secret://smtp')).message, /has a password and no user/)
  assert.equal(load(email('')).alerts.email?.user, undefined)
  assert.equal(load(email(', user: blotter'), { env: { BLOTTER_ALERTS_EMAIL_PASSWORD: 'p' } }).alerts.email?.user, 'blotter')
  const rotation = 'source: { url: "demo://chicago", rotation: {} }'
  assert.match(refused(rotation).message, /source\.rotation renews an account of MySQL, and demo:\/\/chicago has none/)
})
