import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { parseBatchAt } from '../../query/reference.ts'
import type { Services } from '../services.ts'
import { sendCached } from './caching.ts'
import { addEndpoint, type Described, none } from './endpoint.ts'
import { batchAt, page } from './shapes.ts'
import { begunRun, runList, runStory, runSummary } from './run-shapes.ts'

const named = z.object({
  run: z
    .string()
    .min(1)
    .max(100)
    .meta({ examples: ['20261123T060000Z-k3f9'] }),
})
/** Who may act on runs: a token with the scope, or an operator who has said who they are a moment ago. */
const ACT = { method: 'POST', scope: 'pipeline:write', role: 'operator' } as const

/** Runs as they stand, whichever process works on them, and what people decide about them. */
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
    addEndpoint(app, {
      ...ACT,
      path: '/v1/runs',
      name: 'beginRun',
      summary: 'Makes a batch of the configured source now, or goes on with the run that was interrupted',
      parameters: none,
      query: none,
      body: z.strictObject({
        full: z.boolean().default(false).meta({ description: 'Reads every row, not only what its cursor says is new.' }),
        at: batchAt.max(40).optional(),
      }),
      answer: begunRun,
      status: 202,
      handle: async ({ body: { full, at } }, _request, reply) =>
        reply.status(202).send(await desk.begin({ full, ...(at === undefined ? {} : { at: parseBatchAt(at) }) })),
    }),
    addEndpoint(app, {
      ...ACT,
      path: '/v1/runs/:run/resume',
      name: 'resumeRun',
      summary: 'Goes on with a run that failed or was interrupted, from the step where it stopped',
      parameters: named,
      query: none,
      answer: begunRun,
      status: 202,
      handle: async ({ parameters }, _request, reply) => reply.status(202).send(await desk.resume(parameters.run)),
    }),
    addEndpoint(app, {
      ...ACT,
      confirm: true,
      path: '/v1/runs/:run/release',
      name: 'releaseRun',
      summary: 'Carries a held run to its end in spite of its guard',
      parameters: named,
      query: none,
      answer: begunRun,
      status: 202,
      handle: async ({ parameters }, _request, reply) => reply.status(202).send(await desk.release(parameters.run)),
    }),
    addEndpoint(app, {
      ...ACT,
      confirm: true,
      path: '/v1/runs/:run/terminate',
      name: 'terminateRun',
      summary: 'Ends a run for good; one that is under way ends within a second',
      parameters: named,
      query: none,
      answer: runSummary,
      handle: async ({ parameters }, _request, reply) => reply.send(await desk.terminate(parameters.run)),
    }),
  ]
}
