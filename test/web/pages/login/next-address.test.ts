import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextAddress } from '../../../../web/src/pages/login/next-address.ts'

test('after a login one goes on to a page of this server, whatever the link says', () => {
  const origin = 'https://blotter.example'
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
    assert.equal(nextAddress(new URLSearchParams({ next }), origin), where, next)
  assert.equal(nextAddress(new URLSearchParams(), origin), '/')
})
