import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextAddress } from '../../../../web/src/pages/login/login.ts'

test('after a login one goes on to a page of this server, whatever the link says', (t) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'location')
  Object.defineProperty(globalThis, 'location', { value: { origin: 'https://blotter.example' }, configurable: true })
  t.after(() =>
    before ? Object.defineProperty(globalThis, 'location', before) : delete (globalThis as { location?: unknown }).location,
  )
  for (const [next, where] of [
    ['/runs/R1?asof=2026-11-23', '/runs/R1?asof=2026-11-23'],
    ['https://blotter.example/sql', '/sql'],
    ['//evil.example/x', '/'],
    ['/\\evil.example/x', '/'],
    ['https://evil.example', '/'],
    ['https://blotter.example@evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/.//evil.example/x', '/evil.example/x'],
    ['https://blotter.example//evil.example/x', '/evil.example/x'],
    ['/login', '/'],
  ] as const)
    assert.equal(nextAddress(new URLSearchParams({ next })), where, next)
  assert.equal(nextAddress(new URLSearchParams()), '/')
})
