import { isBuiltin } from 'node:module'
import { findings, importsOf } from './source-file.ts'
import type { Finding, SourceFile } from './source-file.ts'

/** The tree of ARCHITECTURE.md: a part imports only parts of ranks above its own line, and nothing of its own rank but itself. */
export const ranks: readonly (readonly string[])[] = [
  ['model', 'errors', 'clock', 'folders', 'log'],
  ['state', 'secret', 'alert'],
  ['engine', 'source', 'lake'],
  ['catalog'],
  ['history', 'lineage'],
  ['load', 'extract', 'quality', 'transform'],
  ['orchestrate'],
  ['pipeline', 'query', 'dashboard'],
  ['config', 'platform', 'index'],
  ['airflow', 'server', 'cli'],
]

/** Ports whose folders are adapters, each to be named by its own files, by platform.ts and by tests alone. */
const ports = ['engine', 'source', 'catalog', 'secret', 'alert']

/** Who puts parts together: the platform, and of it what a watcher of deadlines needs, and a query, which are to be small. */
const roots = ['src/platform.ts', 'src/platform/alerting/alerting.ts', 'src/platform/serving/query-process.ts']

/** Where each package may be imported. A package without a line here has no home yet. */
const homes: Record<string, readonly string[]> = {
  '@aws-sdk/client-glue': ['src/catalog/glue/'],
  '@aws-sdk/client-s3': ['src/lake/s3/'],
  '@aws-sdk/client-secrets-manager': ['src/secret/aws/'],
  '@duckdb/node-api': ['src/engine/duckdb/'],
  '@duckdb/node-bindings': ['src/engine/duckdb/'],
  avsc: ['src/lake/'],
  commander: ['src/cli/'],
  croner: ['src/orchestrate/'],
  fastify: ['src/server/'],
  '@fastify/rate-limit': ['src/server/'],
  '@fastify/static': ['src/server/'],
  '@node-rs/argon2': ['src/state/identity/'],
  '@opentelemetry/api': ['src/platform/running/send-trace.ts'],
  '@opentelemetry/exporter-trace-otlp-http': ['src/platform/running/send-trace.ts'],
  '@opentelemetry/resources': ['src/platform/running/send-trace.ts'],
  '@opentelemetry/sdk-trace-base': ['src/platform/running/send-trace.ts'],
  '@simplewebauthn/server': ['src/server/login/'],
  '@zxcvbn-ts/language-common': ['src/state/identity/'],
  'better-auth': ['src/server/login/'],
  qrcode: ['src/server/login/'],
  mysql2: ['src/source/mysql/'],
  '@noble/curves': ['src/source/mysql/'],
  nodemailer: ['src/alert/smtp/'],
  pino: ['src/log.ts'],
  'prom-client': ['src/server/'],
  yaml: ['src/config', 'src/pipeline/', 'src/query/', 'src/dashboard/'],
  zod: ['src/config', 'src/pipeline/', 'src/dashboard/', 'src/server/'],
  'node:sqlite': ['src/state/', 'src/catalog/sqlite/', 'src/server/login/'],
}

/** The process itself hands to the command line what stands beside it. */
const handedIn: Record<string, string> = {
  'src/airflow/render.ts': 'src/cli/main.ts',
  'src/server/serve.ts': 'src/cli/main.ts',
}

const partOf = (path: string): string | undefined => /^src\/([^/.]+)/.exec(path)?.[1]
const adapterOf = (path: string): string | undefined => new RegExp(`^src/(?:${ports.join('|')})/[^/]+(?=/)`).exec(path)?.[0]
const packageOf = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
const rankOf = (part: string): number => ranks.findIndex((parts) => parts.includes(part))

export function importsPointDown(files: readonly SourceFile[]): Finding[] {
  return imports(files, 'src/').flatMap(({ path, line, target }) => {
    const from = partOf(path)
    const to = partOf(target ?? '')
    if (from === undefined || target === undefined || from === to) return []
    const instead = misplaced(path, from, to, target)
    return instead === undefined ? [] : [{ path, line, instead }]
  })
}

function misplaced(path: string, from: string, to: string | undefined, target: string): string | undefined {
  if (to === undefined) return `src/ imports nothing outside src/ (${target}): move it in, or take it as an argument`
  const unknown = [from, to].find((part) => rankOf(part) === -1)
  if (unknown !== undefined) return `give src/${unknown} a rank in ARCHITECTURE.md and in test/tidy/import-rules.ts`
  if (rankOf(to) < rankOf(from) || handedIn[target] === path) return undefined
  const relation = rankOf(to) === rankOf(from) ? 'stands beside' : 'stands above'
  return `${to} ${relation} ${from}: take what you need of ${target} as an argument, typed by its shape`
}

export function adaptersAreNamedByPlatform(files: readonly SourceFile[]): Finding[] {
  return imports(files, 'src/').flatMap(({ path, line, target }) => {
    const adapter = adapterOf(target ?? '')
    if (adapter === undefined || adapter === adapterOf(path) || roots.includes(path)) return []
    const port = adapter.replace(/\/[^/]+$/, '/')
    return [{ path, line, instead: `depend on the port in ${port} and let src/platform.ts hand the adapter in` }]
  })
}

export function packagesStayAtHome(files: readonly SourceFile[]): Finding[] {
  return imports(files, 'src/').flatMap(({ path, line, specifier, target }) => {
    const name = packageOf(specifier)
    const home = homes[name]
    if (target !== undefined || (home === undefined && name.startsWith('node:'))) return []
    if (home?.some((place) => path.startsWith(place))) return []
    const homeless = `argue ${name} in ARCHITECTURE.md and give it a home in test/tidy/import-rules.ts`
    const away = `${name} is imported only in ${home?.join(', ')}: go through what that exports`
    return [{ path, line, instead: home === undefined ? homeless : away }]
  })
}

/** A pipeline is written against src/index.ts alone, so that it can live outside this repository. */
export function pipelinesImportTheIndex(files: readonly SourceFile[]): Finding[] {
  return imports(files, 'pipelines/').flatMap(({ path, line, target }) =>
    target === undefined || target === 'src/index.ts' || target.startsWith('pipelines/')
      ? []
      : [{ path, line, instead: `a pipeline imports src/index.ts, not ${target}: export there what it needs` }],
  )
}

export function importsNameFiles(files: readonly SourceFile[]): Finding[] {
  const paths = new Set(files.map((file) => file.path))
  return imports(files, '').flatMap(({ path, line, specifier, target }) => {
    const isBare = target === undefined && isBuiltin(specifier) && !specifier.startsWith('node:')
    if (isBare) return [{ path, line, instead: `node:${specifier}` }]
    if (target === undefined || !target.endsWith('.ts') || paths.has(target) || target.startsWith('..')) return []
    return [{ path, line, instead: `there is no ${target}` }]
  })
}

export function noCycles(files: readonly SourceFile[]): Finding[] {
  const edges = new Map(files.map((file) => [file.path, importsOf(file).flatMap(({ target }) => target ?? [])]))
  const done = new Set<string>()
  const found: Finding[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      const cycle = [...trail.slice(trail.indexOf(path)), path]
      found.push({ path, instead: `cut the cycle ${cycle.join(' → ')}: move what both need into a file of its own` })
    }
    if (done.has(path) || trail.includes(path)) return
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return found
}

export function noBarrels(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => findings(file, 'bare', /\bexport\s*\*/g, 'name each export'))
}

function imports(files: readonly SourceFile[], under: string) {
  return files
    .filter((file) => file.path.startsWith(under))
    .flatMap((file) => importsOf(file).map((entry) => ({ path: file.path, ...entry })))
}
