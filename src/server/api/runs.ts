import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Services } from '../services.ts'
import { sendCached } from './caching.ts'
import { addEndpoint, type Described, none } from './endpoint.ts'
import { page } from './shapes.ts'
import { runList, runStory } from './run-shapes.ts'

/** Of the run that is meant. */
export const named = z.object({
  run: z
    .string()
    .min(1)
    .max(100)
    .meta({ examples: ['20261123T060000Z-k3f9'] }),
})
/** Runs as they stand, whichever process works on them. */
export function runs(app: FastifyInstance, { runs: desk }: Services): Described[] {
  return [
    addEndpoint(app, {
      path: '/v1/runs',
      name: 'listRuns',
      summary: 'Runs with the states of their steps, the one begun last first',
      parameters: none,
      query: z.object(page),
      answer: runList,
      handle: async ({ query }, request, reply) => sendCached(request, reply, desk.list(query), { isFinal: false }),
    }),
    addEndpoint(app, {
      path: '/v1/runs/:run',
      name: 'getRun',
      summary: 'One run: steps with every attempt, limits on time, what happened',
      parameters: named,
      query: none,
      answer: runStory,
      handle: async ({ parameters }, request, reply) =>
        sendCached(request, reply, desk.show(parameters.run), { isFinal: false }),
    }),
    addEndpoint(app, {
      path: '/v1/runs/:run/log',
      name: 'getRunLog',
      summary: 'What happened in a run, line by line, oldest first',
      parameters: named,
      query: none,
      answer: z.strictObject({ run: z.string(), log: runStory.shape.log }),
      handle: async ({ parameters }, request, reply) => {
        const { run, log } = desk.show(parameters.run)
        return sendCached(request, reply, { run, log }, { isFinal: false })
      },
    }),
  ]
}
