import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { acceptFindings } from '../lib/accepted.ts'
import { addStacks } from '../lib/app.ts'
import { readDefinition } from '../lib/definition.ts'
import { settingsOf } from '../lib/settings.ts'
import { EVERYTHING } from './everything.ts'

/** The template of each stack by its name without `Blotter`, made in this process. */
export async function synthesise(context: Record<string, string> = EVERYTHING): Promise<Record<string, Template>> {
  const cdk = JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8')) as { context: object }
  const outdir = mkdtempSync(join(tmpdir(), 'blotter-infra-'))
  try {
    const app = new App({ analyticsReporting: false, outdir, context: { ...cdk.context, ...context } })
    const settings = settingsOf(app)
    addStacks(app, settings, await readDefinition(settings))
    acceptFindings(app)
    const { stacks } = app.synth()
    return Object.fromEntries(
      stacks.map((stack) => [
        stack.stackName.replace(/^Blotter/, ''),
        Template.fromJSON(stack.template as Record<string, unknown>),
      ]),
    )
  } finally {
    rmSync(outdir, { recursive: true })
  }
}

/** The properties of every resource of a type, by their logical ids. */
export function propertiesOf<T>(template: Template, type: string): Record<string, T> {
  const found = template.findResources(type) as Record<string, { Properties: T }>
  return Object.fromEntries(Object.entries(found).map(([id, { Properties }]) => [id, Properties]))
}

export interface Statement {
  Sid?: string
  Effect: string
  Action?: string | string[]
  NotAction?: string[]
  Principal?: unknown
  Resource: unknown
  Condition?: Record<string, Record<string, unknown>>
}

/** As IAM has it, for a role or for a group. */
export interface Policy {
  PolicyDocument: { Statement: Statement[] }
}

/** Every statement of every policy of a template that is given to a role or to people. */
export function statementsOf(template: Template): Statement[] {
  return ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
    .flatMap((type) => Object.values(propertiesOf<Policy>(template, type)))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
}

export const listed = (value: string | string[] | undefined): string[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value]
