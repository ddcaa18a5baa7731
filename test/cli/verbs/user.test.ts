import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blotter } from '../fake-platform.ts'

test('who is added gets a link for one use, alone on its line, at the address that people reach', async () => {
  const { exitCode, stdout, calls } = await blotter([
    'user',
    'add',
    'desk@example.org',
    '--name',
    'Desk',
    '--role',
    'operator',
  ])
  assert.equal(exitCode, 0)
  assert.equal(stdout.split('\n')[0], 'http://localhost:7070/login#link=one-time')
  assert.match(stdout, /is added as operator.*good once, until 25 Nov 2026/s)
  const wish = calls.find(([name]) => name === 'userAdd')?.[1]
  assert.deepEqual(wish, { email: 'desk@example.org', name: 'Desk', role: 'operator' })
})

test('a first password is asked for and never an argument', async () => {
  const { calls } = await blotter(['user', 'add', 'desk@example.org', '--password'], { secret: 'seven quiet herons wade' })
  const wish = calls.find(([name]) => name === 'userAdd')?.[1] as { password: string } | undefined
  assert.equal(wish?.password, 'seven quiet herons wade')
  const given = await blotter(['user', 'add', 'desk@example.org', '--password', 'on the command line'])
  assert.equal(given.exitCode, 2)
  assert.ok(!given.calls.some(([name]) => name === 'userAdd'))
})

test('users are listed with what they may do, removed, and made to enrol again', async () => {
  assert.match((await blotter(['user'])).stdout, /desk@example\.org +Desk +operator +invited +nothing yet +never/)
  const json = JSON.parse((await blotter(['user', 'list', '--json'])).stdout) as { email: string }[]
  assert.deepEqual(
    json.map(({ email }) => email),
    ['desk@example.org'],
  )
  assert.match((await blotter(['user', 'remove', 'desk@example.org'])).stdout, /is no user any more/)
  const { stdout, calls } = await blotter(['user', 'reset-mfa', 'desk@example.org', '--password', '--json'])
  assert.match((JSON.parse(stdout) as { link: string }).link, /#link=one-time$/)
  assert.deepEqual(calls.find(([name]) => name === 'userResetMfa')?.[1], 'desk@example.org')
})

test('a role that is none is refused before anything is made', async () => {
  const { exitCode, stderr, calls } = await blotter(['user', 'add', 'x@example.org', '--role', 'root'])
  assert.deepEqual([exitCode, /expected viewer, operator, admin/.test(stderr)], [2, true])
  assert.ok(!calls.some(([name]) => name === 'userAdd'))
})
