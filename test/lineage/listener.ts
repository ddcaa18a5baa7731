import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { LineageEvent } from '../../src/lineage/event.ts'

export interface Received {
  /** `POST /api/v1/lineage` */
  request: string
  authorization: string | undefined
  body: LineageEvent
}

/** A listener for lineage events that answers as `answer` says to the nth request; it may also say nothing. */
export async function listener(t: TestContext, answer: (nth: number, response: ServerResponse) => void) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (part: Buffer) => (text += part.toString()))
    request.on('end', () => {
      const { method, url, headers } = request
      received.push({
        request: `${method} ${url}`,
        authorization: headers.authorization,
        body: JSON.parse(text) as LineageEvent,
      })
      answer(received.length, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

export const answering = (status: number) => (_nth: number, response: ServerResponse) =>
  void response.writeHead(status).end()
