import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { FastifyRequest } from 'fastify'
import { isIP } from 'node:net'
import { BlotterError } from '../../errors.ts'
import { addPasskey, listPasskeys, notePasskeyUse, passkeyById, type PasskeyFacts } from '../../state/identity/passkeys.ts'
import type { Person } from '../authentication.ts'
import type { Attempt } from './failure.ts'
import type { People } from './people.ts'

/** A passkey replaces password and code, so that it has to know its owner: by a PIN, a finger or a face. */
const VERIFIED = { userVerification: 'required' } as const

/** What a browser needs to make a passkey, and the challenge that it has to sign. */
export async function passkeyOptions(people: People, request: FastifyRequest, { id, email, name }: Person) {
  const { rpID } = partyOf(request)
  const known = listPasskeys(people.identity(), id)
  return generateRegistrationOptions({
    rpName: 'Blotter',
    rpID,
    userID: new TextEncoder().encode(id),
    userName: email,
    userDisplayName: name,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', ...VERIFIED },
    excludeCredentials: known.map((one) => ({ id: one.id })),
  })
}

/** Keeps a passkey that answers to the challenge. Throws `usage` for one that does not. */
export async function keepPasskey(
  people: People,
  request: FastifyRequest,
  person: Person,
  { name, credential, challenge }: { name: string; credential: RegistrationResponseJSON; challenge: string | null },
): Promise<PasskeyFacts> {
  const { rpID, origin } = partyOf(request)
  if (challenge === null) throw stale()
  const checked = await verifyRegistrationResponse({
    response: credential,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: true,
  }).catch(() => undefined)
  if (!checked?.verified) throw stale()
  const { id, publicKey, counter } = checked.registrationInfo.credential
  return addPasskey(people.identity(), person, {
    id,
    name,
    publicKey,
    counter,
    transports: credential.response.transports ?? [],
  })
}

/** What a browser needs to find a passkey of this server, whoever's it is. */
export async function signInOptions(request: FastifyRequest) {
  return generateAuthenticationOptions({ rpID: partyOf(request).rpID, ...VERIFIED })
}

/** Whose passkey has signed the challenge. Throws what the attempt makes of one that has not. */
export async function passkeyOwner(
  people: People,
  request: FastifyRequest,
  { credential, challenge, attempt }: { credential: AuthenticationResponseJSON; challenge: string | null; attempt: Attempt },
): Promise<string> {
  const { rpID, origin } = partyOf(request)
  const refused = (): BlotterError =>
    attempt.failed('passkey_refused', 'This passkey is not known here, or its answer came too late.')
  const known = passkeyById(people.identity(), credential.id)
  if (!known || challenge === null) throw refused()
  const checked = await verifyAuthenticationResponse({
    response: credential,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: true,
    credential: { id: known.id, publicKey: known.public_key, counter: known.counter },
  }).catch(() => undefined)
  if (!checked?.verified) throw refused()
  notePasskeyUse(people.identity(), known.id, checked.authenticationInfo.newCounter)
  return known.user_id
}

/** To whom passkeys are bound: the name that was asked for, which is one of this server's. */
function partyOf({ protocol, host, hostname }: FastifyRequest): { rpID: string; origin: string } {
  if (isIP(hostname.replace(/^\[|\]$/g, '')) === 0) return { rpID: hostname, origin: `${protocol}://${host}` }
  throw new BlotterError(
    'usage',
    'Passkeys are bound to a name, and this page was opened by an address in numbers. Nothing was changed.',
    {
      todo: 'Open it by its name: on this machine that is http://localhost with the same port.',
    },
  )
}

function stale(): BlotterError {
  return new BlotterError('usage', 'The passkey does not answer to what it was asked, or too late. Nothing was kept.', {
    todo: 'Try it again.',
  })
}
