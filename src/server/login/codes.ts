import type { FastifyRequest } from 'fastify'
import type { BlotterError } from '../../errors.ts'
import { giveCodeBack, takeCode } from '../../state/identity/used-codes.ts'
import type { Attempt } from './failure.ts'
import { refusing } from './failure.ts'
import type { People } from './people.ts'

/** As people type it: spaces between are none of the code's. */
function plainCode(code: string): string {
  return code.replaceAll(/\s/g, '')
}

/**
 * Checks a one-time code by the library; each is good once, although its time goes on. `headers` say whose it is: those of a
 * challenge, or of a session. Throws what the attempt makes of a code that is wrong or was used.
 */
export async function checkCode(
  people: People,
  request: FastifyRequest,
  { userId, code, headers, attempt }: { userId: string; code: string; headers: Headers; attempt: Attempt },
): Promise<Headers> {
  const identity = people.identity()
  const plain = plainCode(code)
  if (!takeCode(identity, userId, plain)) {
    throw attempt.failed(
      'code_replayed',
      'This code was used already. Nobody was signed in.',
      'Wait for the next one, half a minute at most.',
    )
  }
  const answer = people.auth(request).api.verifyTOTP({ body: { code: plain }, headers, returnHeaders: true })
  const { headers: answered } = await refusing(answer, (refusal) => {
    giveCodeBack(identity, userId, plain)
    return wrongCode(attempt, refusal)
  })
  return answered
}

export function wrongCode(attempt: Attempt, refusal: string): BlotterError {
  if (refusal === 'INVALID_TWO_FACTOR_COOKIE' || refusal === 'TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE')
    return attempt.failed('code_refused', 'The time for the code is over.', 'Begin again with your password.')
  return attempt.failed(
    'code_refused',
    'The code is not right.',
    'Take the one that shows now; the clock of the phone has to be right.',
  )
}
