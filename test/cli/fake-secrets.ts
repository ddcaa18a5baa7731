import type { SecretStatus } from '../../src/platform/secrets/verbs.ts'
import type { SecretsPort } from '../../src/cli/port/secrets.ts'

const SECRETS: SecretStatus[] = [
  {
    name: 'mysql',
    from: 'vault',
    used_for: ['source.password'],
    changed_at: '2026-10-01T06:00:00.000Z',
    next_at: '2026-10-31T06:00:00.000Z',
    state: 'overdue',
    rotates: true,
    account: 'blotter_ro',
    last: {
      state: 'failed',
      step: 'set',
      account: 'blotter_ro_clone',
      at: '2026-11-01T06:00:00.000Z',
      error: { code: 'rotation_failed', message: 'The rotation of mysql failed in its step "set".' },
      steps: [],
    },
  },
  {
    name: 'smtp',
    from: null,
    used_for: ['alerts.email.password'],
    changed_at: null,
    next_at: null,
    state: 'missing',
    rotates: false,
    account: null,
    last: null,
  },
]

/** What the fake platform answers of secrets. */
export function fakeSecrets(answer: <T>(name: string, value: T) => (...args: unknown[]) => Promise<T>): SecretsPort {
  return {
    secretSet: answer('secretSet', { name: 'mysql', from: 'vault' as const, changed_at: '2026-11-23T06:00:00.000Z' }),
    secretList: answer(
      'secretList',
      SECRETS.map(({ name, from, changed_at }) => ({ name, from: from ?? ('env' as const), changed_at })),
    ),
    secretStatus: answer('secretStatus', SECRETS),
    secretRotate: answer('secretRotate', {
      secret: 'mysql',
      account: 'blotter_ro_clone',
      rotated_at: '2026-11-23T06:00:00.000Z',
      next_at: '2026-12-23T06:00:00.000Z',
    }),
  }
}
