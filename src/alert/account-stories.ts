import type { AccountChange } from '../model/alert.ts'
import type { Of, Story } from './story.ts'

const ACCOUNT_TITLES: Readonly<Record<AccountChange, string>> = {
  password_changed: 'Your password was changed',
  second_factor_set_up: 'A second factor was set up for your account',
  factors_reset: 'Your second factor, passkeys and sessions were reset',
  recovery_codes_renewed: 'Your recovery codes were replaced',
  recovery_code_used: 'Somebody signed in as you with a recovery code',
  login_locked: 'Your login is locked for a while: somebody tried it too often',
  code_replayed: 'A code of yours that had been used was tried again',
  passkey_added: 'A passkey was added to your account',
  passkey_removed: 'A passkey was removed from your account',
  role_changed: 'Your role was changed',
  new_place: 'You signed in from a new address',
}

export function accountChanged({ to, change, by, from }: Of<'account_changed'>): Story {
  const title = ACCOUNT_TITLES[change]
  return {
    tone: 'warn',
    title,
    lead: `${title}. If that was you, or you were told of it, there is nothing to do.`,
    facts: [['Account', to], ['By', by], ...(from === null ? [] : ([['From', from]] as [string, string][]))],
    todo: ['If it was not you: change your password, end all other sessions under Settings, and tell an admin.'],
  }
}
