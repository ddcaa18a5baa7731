import { readFileSync } from 'node:fs'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { acceptFindings } from '../lib/accepted.ts'
import { addStacks } from '../lib/app.ts'
import { readDefinition } from '../lib/definition.ts'
import { settingsOf } from '../lib/settings.ts'

/** Everything at once: a loader, QuickSight, and what the defaults leave out. */
const EVERYTHING = {
  loadFrom: 'socrata://data.example.org/abcd-1234',
  quicksightUser: 'arn:aws:quicksight:us-east-1:123456789012:user/default/admin',
}

/** The template of each stack by its name, made in this process. */
export async function synthesise(context: Record<string, string> = EVERYTHING): Promise<Record<string, Template>> {
  const cdk = JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8')) as { context: object }
  const app = new App({ analyticsReporting: false, context: { ...cdk.context, ...context } })
  const settings = settingsOf(app)
  addStacks(app, settings, await readDefinition(settings))
  acceptFindings(app)
  const { stacks } = app.synth()
  return Object.fromEntries(
    stacks.map((stack) => [stack.stackName, Template.fromJSON(stack.template as Record<string, unknown>)]),
  )
}

interface Statement {
  Sid?: string
  Effect: string
  Action?: string | string[]
  NotAction?: string[]
  Resource: unknown
  Condition?: unknown
}

/** Every statement of every policy of a template that is given to a role. */
export function statementsOf(template: Template): Statement[] {
  return Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    (policy) =>
      (policy as { Properties: { PolicyDocument: { Statement: Statement[] } } }).Properties.PolicyDocument.Statement,
  )
}

export const listed = (value: string | string[] | undefined): string[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value]
