import type { FastifyReply, FastifyRequest } from 'fastify'
import { createHash } from 'node:crypto'

/** What never changes need never be asked for again; `private`, since it is for who shows a token. */
const FOREVER = 'private, max-age=31536000, immutable'
const ASK_AGAIN = 'private, no-cache'

/** Sends a document with its ETag (RFC 9110); 304 without it, if whoever asks has it already. */
export function sendCached(
  request: FastifyRequest,
  reply: FastifyReply,
  document: unknown,
  options: { isFinal: boolean },
): FastifyReply {
  return sendCachedText(request, reply, JSON.stringify(document), options)
}

/** The same for a document that is JSON already. */
export function sendCachedText(
  request: FastifyRequest,
  reply: FastifyReply,
  text: string,
  { isFinal }: { isFinal: boolean },
): FastifyReply {
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`
  reply.header('etag', etag).header('cache-control', isFinal ? FOREVER : ASK_AGAIN)
  if (matches(request.headers['if-none-match'], etag)) return reply.status(304).send()
  return reply.type('application/json; charset=utf-8').send(text)
}

/** True if an If-None-Match header names the ETag, weak or strong, or anything. */
export function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}
