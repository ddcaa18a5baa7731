import { readFileSync } from 'node:fs'
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { acceptFindings } from '../lib/accepted.ts'
import { addStacks } from '../lib/app.ts'
import { readDefinition } from '../lib/definition.ts'
import { settingsOf } from '../lib/settings.ts'

/** `npm run synth`: writes the templates into cdk.out, checked by cdk-nag; no account and no network is asked. */
const { context } = JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8')) as {
  context: Record<string, unknown>
}
const app = new App({ analyticsReporting: false, outdir: process.env.CDK_OUTDIR ?? 'cdk.out', context })
const settings = settingsOf(app)
addStacks(app, settings, await readDefinition(settings))
acceptFindings(app)
Validations.of(app).addPlugins(new AwsSolutionsChecks())
app.synth()
