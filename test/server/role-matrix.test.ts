import type { FastifyInstance } from 'fastify'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROLES, type Role } from '../../src/model/role.ts'
import { type Scope, SCOPES } from '../../src/model/scope.ts'
import { addToken } from '../../src/state/identity/tokens.ts'
import { type Answer, type Browser, house } from './login/house.ts'

const words = (text: string): string[] => text.split(/\s+/)

/** Who may ask for what (docs/security.md): people from a role on, and tokens by their scopes. A route that is not here fails. */
const TABLE: readonly { people: Role | 'stranger'; tokens: readonly Scope[]; routes: readonly string[] }[] = [
  {
    people: 'stranger',
    tokens: SCOPES,
    routes: words(`getSession signInWithPassword signInWithCode signInWithRecoveryCode getPasskeyChallenge
      signInWithPasskey followLink enrolPassword enrolSecondFactor`),
  },
  {
    people: 'viewer',
    tokens: ['api'],
    routes:
      words(`/api/openapi.json listBatches getBatch listTables listDashboards getDashboard getFigures getMaturity getBoundaries
      getChartSql listDashboardIncidents exportDashboard listenToEvents listChanges listChangedPlaces getIncident searchIncidents listRuns getRun
      getRunLog getTable listFiles sampleTable getLineage listQuality listQuarantine runQuery exportQuery cancelQuery
      listAskedQueries getCompletions listSavedQueries getSavedQuery saveQuery removeSavedQuery listCitations cite getCitation
      checkCitation`),
  },
  {
    people: 'viewer',
    tokens: [],
    routes:
      words(`confirmSession confirmSessionWithPasskey listPasskeys getNewPasskeyChallenge addPasskey removePasskey getAccount
      changeName changePassword renewRecoveryCodes listSessions endSession endOtherSessions signOut`),
  },
  { people: 'viewer', tokens: ['catalog:read'], routes: ['GET/iceberg', 'views and metrics'] },
  { people: 'operator', tokens: ['metrics'], routes: ['/metrics'] },
  { people: 'operator', tokens: ['catalog:write', 'pipeline:write'], routes: ['POST/iceberg', 'DELETE/iceberg'] },
  {
    people: 'operator',
    tokens: ['pipeline:write'],
    routes: words('beginRun resumeRun releaseRun terminateRun releaseQuarantine removeCitation refreshDashboard'),
  },
  {
    people: 'admin',
    tokens: [],
    routes: words('listUsers addUser changeRole removeUser resetFactors listTokens addToken revokeToken listActs'),
  },
]

/** Dangerous acts, for which a person says again who they are. */
const CONFIRMED = new Set(
  words(`releaseRun terminateRun releaseQuarantine getNewPasskeyChallenge addPasskey removePasskey changePassword
    renewRecoveryCodes addUser changeRole removeUser resetFactors addToken revokeToken`),
)

interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  /** As the table calls it: the operation, or method and path where it has none. */
  name: string
}

/** The routes as they are added. Whoever is let in is told so before anything is done: 299. */
function routesOf(app: FastifyInstance, isAtGate: () => boolean): Route[] {
  // Added before anybody can listen; health, which is for everybody, is asked in `app.test.ts`.
  const routes: Route[] = [{ method: 'GET', url: '/metrics', name: '/metrics' }]
  app.addHook('onRoute', ({ method: methods, url, config }) => {
    for (const method of [methods].flat() as Route['method'][]) {
      if (/HEAD|OPTIONS/.test(method)) continue
      // What is posted to these changes nothing.
      const isAnswered = method !== 'GET' && /\/(?:metrics|views|views\/:view)$/.test(url)
      const inCatalog = isAnswered ? 'views and metrics' : `${method}/iceberg`
      const name = url.startsWith('/iceberg') ? inCatalog : (config?.act ?? url)
      routes.push({ method, url, name })
    }
  })
  app.addHook('preParsing', async (_request, reply) => {
    if (isAtGate()) return reply.status(299).send({})
  })
  return routes
}

const ask = async (asker: Browser, { method, url }: Route, headers: Record<string, string> = {}) =>
  asker.ask(method, url.replaceAll(/:\w+/g, 'none'), undefined, headers)

test('every route lets in whom the table names and nobody else, and asks for what each request and act has to bear', async (t) => {
  const { app, signedIn, browser, identity, later } = await house(t)
  let isGate = false
  const routes = routesOf(app, () => isGate)
  const people = Object.fromEntries(await Promise.all(ROLES.map(async (role) => [role, await signedIn(role)] as const)))
  isGate = true
  const known = new Map(TABLE.flatMap((line) => line.routes.map((name) => [name, line] as const)))
  const unserved = [...known.keys()].filter((name) => !routes.some((route) => route.name === name))
  assert.deepEqual(unserved, [], 'these are in the table and not served')
  const wrong: string[] = []
  const expect = async (who: string, may: boolean, route: Route, asked: Promise<Answer>): Promise<void> => {
    const { status, text } = await asked
    const isRight = may ? status < 300 : status === (who === 'a stranger' ? 401 : 403)
    if (!isRight) wrong.push(`${who} ${may ? 'may' : 'may not'} ${route.method} ${route.url}: ${status} ${text}`)
  }
  const tokens = SCOPES.map((scope) => {
    const { token } = addToken(identity, { name: scope.replace(':', '-'), scopes: [scope], actor: 'test' })
    return { scope, headers: { authorization: `Bearer ${token}` } }
  })
  for (const route of routes) {
    const line = known.get(route.name)
    assert.ok(line, `${route.method} ${route.url} (${route.name}) is not in the table of who may ask`)
    const isOpen = line.people === 'stranger'
    await expect('a stranger', isOpen, route, ask(browser(), route))
    for (const { scope, headers } of tokens)
      await expect(`a token of ${scope}`, line.tokens.includes(scope), route, ask(browser(), route, headers))
    for (const role of ROLES) {
      const may = isOpen || ROLES.indexOf(role) >= ROLES.indexOf(line.people as Role)
      await expect(`the ${role}`, may, route, ask(people[role]!, route))
    }
    if (isOpen || route.method === 'GET') continue
    await expect('an admin of another page', false, route, ask(people['admin']!, route, { origin: 'https://evil.example' }))
    await expect('an admin without the CSRF token', false, route, ask(people['admin']!, route, { 'x-csrf-token': '' }))
  }
  later(10 * 60_000)
  for (const route of routes.filter((one) => known.get(one.name)!.people !== 'stranger'))
    await expect('the admin of ten minutes ago', !CONFIRMED.has(route.name), route, ask(people['admin']!, route))
  assert.deepEqual(wrong, [])
})
