import { z } from 'zod'
import { ROLES } from '../../model/role.ts'
import { SCOPES } from '../../model/scope.ts'
import { FACTORS } from '../../state/identity/sessions.ts'

/** Shapes of what the login answers and is asked; tests hold the answers to them. */
export const email = z.string().trim().min(3).max(320)
export const password = z.string().min(1).max(256)
export const code = z.string().trim().min(6).max(16)
export const personName = z.string().trim().min(1).max(100)
export const role = z.enum(ROLES)
export const moment = z.string().meta({ description: 'UTC, RFC 3339.' })

/** Of a browser's own making (WebAuthn Level 3, JSON); what is in it is checked by the library. */
export const credential = z.looseObject({ id: z.string().min(1).max(2048), response: z.looseObject({}) })

export const session = z
  .strictObject({
    user: z.strictObject({ id: z.string(), email: z.string(), name: z.string(), role }).nullable(),
    first_user: z.boolean().meta({ description: 'Whether there is nobody yet, and only the link of the terminal lets in.' }),
    single_sign_on: z.strictObject({ name: z.string() }).nullable(),
    csrf: z.string().optional().meta({ description: 'To be sent as X-CSRF-Token with what changes something.' }),
    factor: z.enum(FACTORS).optional(),
    confirmed_until: moment.optional(),
    expires_at: moment.optional(),
  })
  .meta({ id: 'Session' })

export const next = z.strictObject({ next: z.enum(['code']) })
export const done = z.strictObject({ done: z.literal(true) })
export const link = z.strictObject({
  path: z.string().meta({ description: 'Of the address; its token stands behind the #.' }),
  expires_at: moment,
})

export const linkFound = z.strictObject({
  kind: z.enum(['first_user', 'invitation']),
  email: z.string().nullable(),
  name: z.string().nullable(),
  password: z
    .enum(['new', 'known'])
    .meta({ description: 'Whether a password is to be chosen, or the one they have to be given.' }),
})

export const secondFactor = z.strictObject({
  otpauth: z.string().meta({ description: 'Address of the secret, for authenticator apps.' }),
  secret: z.string().meta({ description: 'The same to be typed (Base32).' }),
  qr_svg: z.string().meta({ description: 'The same as a QR code.' }),
})

export const recoveryCodes = z.strictObject({
  recovery_codes: z.array(z.string()).meta({ description: 'Shown this once.' }),
})

export const ownSession = z.strictObject({
  id: z.string(),
  factor: z.enum(FACTORS),
  created_at: moment,
  expires_at: moment,
  ip_address: z.string().nullable(),
  user_agent: z.string().nullable(),
  is_this: z.boolean(),
})

export const passkey = z.strictObject({
  id: z.string(),
  name: z.string(),
  created_at: moment,
  last_used_at: moment.nullable(),
})

export const user = z
  .strictObject({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    role,
    state: z.enum(['invited', 'active']),
    two_factor: z.boolean(),
    passkeys: z.int(),
    created_at: moment,
    last_login_at: moment.nullable(),
  })
  .meta({ id: 'User' })

export const tokenFacts = z
  .strictObject({
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    state: z.enum(['active', 'expired', 'revoked']),
    created_at: moment,
    expires_at: moment.nullable(),
    last_used_at: moment.nullable(),
    revoked_at: moment.nullable(),
  })
  .meta({ id: 'Token' })

export const act = z.strictObject({
  at: moment,
  actor: z.string(),
  act: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
})
