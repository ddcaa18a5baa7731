import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONFIG_KEYS } from '../../src/config/keys.ts'
import { load, refused } from './given.ts'

/** What no key can mean, as YAML; and what is none but as a name. */
const NOTHING = ['" "', '"caf\\ufffd"', '"a\\0b"', '"a\\nb"', '[[1]]', 'true', '1.5', '-1', 'null']
const NAMES_ALONE = ['99999999d', '0s', '2000TiB']
const PLACES = ['lake', 'state', 'pipeline']
const NAMED =
  /^(?:lake|state|pipeline|source\.(?:url|rotation\..+)|spark\.(?:home|master)|secrets\..+_file|secrets\.(?:prefix|region)|server\.(?:host|tls\..+))$/

test('no key takes what it cannot mean', () => {
  for (const { path } of CONFIG_KEYS) {
    for (const value of NAMED.test(path) ? NOTHING : [...NOTHING, ...NAMES_ALONE]) {
      const yaml = path.split('.').reduceRight((inner, name) => `{ ${name}: ${inner} }`, value)
      assert.match(refused(yaml).message, /line 1/, yaml)
    }
  }
  assert.match(refused('secrets: { rotate_every: 0s }').message, /more than no time/)
  assert.match(refused('sla: { run: 4000d }').message, /at most 3650d/)
})

test('a place is a path of this machine, or a bucket where it may be one, and memory is of a size that there is', () => {
  for (const path of PLACES)
    for (const value of ['~/x', 'gs://x', 'file:///x']) assert.match(refused(`${path}: ${value}`).message, /~ written out/)
  for (const lake of ['s3://', 's3:///x', 'http://host/x']) assert.match(refused(`lake: ${lake}`).message, /s3:\/\/bucket/)
  for (const memory of ['0B', '1MiB']) assert.match(refused(`memory: ${memory}`).message, /expected at least 64MiB/)
  assert.match(refused('memory: 2000TiB').message, /expected at most 1024TiB/)
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
