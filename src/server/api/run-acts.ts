import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { parseBatchAt } from '../../query/reference.ts'
import type { Services } from '../services.ts'
import { addEndpoint, type Described, none } from './endpoint.ts'
import { begunRun, runSummary } from './run-shapes.ts'
import { named } from './runs.ts'
import { batchAt } from './shapes.ts'

/** Who may act on runs: a token with the scope, or an operator; what ends or releases one asks again who they are. */
const ACT = { method: 'POST', scope: 'pipeline:write', role: 'operator' } as const

/** What people decide about runs; this process carries what they begin or go on with, and answers as soon as it has a name. */
export function runActs(app: FastifyInstance, { runs: desk }: Services): Described[] {
  return [
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
