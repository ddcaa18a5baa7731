import type { Of, Story } from './story.ts'
import { moment } from './words.ts'

export function rotated({ secret, by, nextAt }: Of<'secret_rotated'>): Story {
  return {
    tone: 'good',
    title: `Secret ${secret} was rotated`,
    lead: `The credential behind secret://${secret} was renewed, tested with a real login, and is in use.`,
    facts: [
      ['Secret', secret],
      ['By', by],
      ['Next', nextAt === null ? 'not planned' : moment(nextAt)],
    ],
    todo: [],
  }
}

export function rotationFailed({ secret, step, error, working }: Of<'rotation_failed'>): Story {
  return {
    tone: 'bad',
    title: `Secret ${secret} could not be rotated`,
    lead: error.message,
    facts: [
      ['Secret', secret],
      ['Step', step],
      ['Error', error.code],
      ...(working === '' ? [] : ([['In use', working]] as [string, string][])),
    ],
    todo: [error.todo, `\`blotter secret rotate ${secret}\` tries again.`],
  }
}
