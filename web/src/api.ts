import { isMended } from './mending.ts'

/** An RFC 9457 problem document, as an error. */
export class Problem extends Error {
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly code: string | undefined
  /** What to do. */
  readonly todo: string | undefined
  /** Of a mistake in a statement, from 1. */
  readonly line: number | undefined
  readonly column: number | undefined
  /** What was asked for. */
  readonly place: string

  constructor(
    document: Partial<Pick<Problem, 'status' | 'title' | 'detail' | 'code' | 'todo' | 'line' | 'column'>>,
    place: string,
  ) {
    super(document.detail ?? 'The request failed.')
    this.name = 'Problem'
    this.status = document.status ?? 0
    this.title = document.title ?? 'Error'
    this.detail = document.detail ?? this.message
    this.code = document.code
    this.todo = document.todo
    this.line = document.line
    this.column = document.column
    this.place = place
  }

  static of(error: unknown): Problem {
    if (error instanceof Problem) return error
    return new Problem({ title: 'Error', detail: error instanceof Error ? error.message : String(error) }, location.pathname)
  }
}

/** Values of a parameter; what is undefined or empty is left out, a list is repeated. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export interface Asking {
  query?: Query
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON. */
  body?: unknown
  signal?: AbortSignal
}

export const API = '/api/v1'
const CSRF_HEADER = 'x-csrf-token'
/** Of the session; `rememberCsrf` is called when the session is read. */
let csrf: string | undefined

export function rememberCsrf(token: string | undefined): void {
  csrf = token
}

/** `/api/v1/PATH?…`: an address of the API for a link. */
export function addressOf(path: string, query: Query = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== '') params.append(name, String(one))
  const text = params.toString()
  return `${API}${path}${text && `?${text}`}`
}

/** Asks the API. Throws a Problem, also where the server cannot be reached. */
export async function ask<T>(path: string, asking: Asking = {}): Promise<T> {
  const response = await answered(path, asking)
  return (isJson(response) ? await response.json() : undefined) as T
}

/** Asks the API for a file; its name is the one that the server gives it. */
export async function askFile(path: string, asking: Asking = {}): Promise<{ name: string | undefined; blob: Blob }> {
  const response = await answered(path, asking)
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1]
  return { name, blob: await response.blob() }
}

/** A good answer; a refusal that can be mended is, once. */
async function answered(path: string, asking: Asking): Promise<Response> {
  try {
    return await once(path, asking)
  } catch (error) {
    // What a login is told of its own mistakes is no session that has ended.
    const isLogin = /^\/(?:session|enrolment)\b/.test(path)
    if (isLogin || !(error instanceof Problem) || !(await isMended(error.code))) throw error
    return once(path, asking)
  }
}

async function once(path: string, { query, method = 'GET', body, signal }: Asking): Promise<Response> {
  const address = addressOf(path, query)
  const headers = new Headers({ accept: 'application/json' })
  if (body !== undefined) headers.set('content-type', 'application/json')
  if (method !== 'GET' && csrf) headers.set(CSRF_HEADER, csrf)
  const payload = body === undefined ? undefined : JSON.stringify(body)
  const response = await fetch(address, { method, headers, signal: signal ?? null, body: payload ?? null }).catch(
    (error: unknown) => {
      if (signal?.aborted) throw error
      const detail = 'The server does not answer. What you see is what was loaded before.'
      throw new Problem({ title: 'No connection', detail, todo: 'Is `blotter serve` still running?' }, address)
    },
  )
  if (response.ok) return response
  const problem: unknown = isJson(response) ? await response.json() : undefined
  throw new Problem({ status: response.status, title: response.statusText, ...(problem as object | undefined) }, address)
}

function isJson({ headers }: Response): boolean {
  return /\bjson\b/.test(headers.get('content-type') ?? '')
}
