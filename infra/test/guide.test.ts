import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { readFileSync } from 'node:fs'
import { App } from 'aws-cdk-lib'
import type { Template } from 'aws-cdk-lib/assertions'
import { settingsOf } from '../lib/settings.ts'
import { propertiesOf, synthesise } from './synthesised.ts'

const guide = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8')

/** The rows of the table that begins with this heading, cell by cell. */
function tableOf(heading: string): string[][] {
  const [, after = ''] = guide.split(`| ${heading} |`)
  const lines = after.split('\n').slice(2)
  return lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.replaceAll('**', '').trim()))
}

/** What `730 h × 0.065 + 50 × 0.115` comes to. */
function sumOf(arithmetic: string): number {
  return arithmetic
    .split('+')
    .map((product) => product.split('×').map((factor) => Number.parseFloat(factor)))
    .reduce((sum, factors) => sum + factors.reduce((product, factor) => product * factor, 1), 0)
}

describe('The guide to AWS', () => {
  let stacks: Record<string, Template>

  before(async () => {
    stacks = await synthesise()
  })

  for (const [heading, digits] of [
    ['per month', 0],
    ['per batch', 2],
  ] as const) {
    it(`adds up what it costs ${heading}`, () => {
      const rows = tableOf(heading)
      const end = rows.findIndex(([, arithmetic]) => arithmetic === 'the sum of these')
      assert.ok(end > 0)
      for (const [what, arithmetic, told] of rows.filter((_, i) => i !== end))
        assert.equal(sumOf(arithmetic!).toFixed(digits), told, what)
      const sum = rows.slice(0, end).reduce((total, [, , told]) => total + Number(told), 0)
      assert.equal(sum.toFixed(digits), rows[end]![2])
    })
  }

  it('counts the endpoints, secrets and alarms that the stacks have', () => {
    const count = (stack: string, type: string): number => Object.keys(stacks[stack]!.findResources(type)).length
    const ofType = Object.values(propertiesOf<{ VpcEndpointType?: string }>(stacks.Network!, 'AWS::EC2::VPCEndpoint'))
    const endpoints = ofType.filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface').length
    const secrets = ['Source', 'Airflow'].reduce((sum, name) => sum + count(name, 'AWS::SecretsManager::Secret'), 0)
    const told = tableOf('per month').map(([, arithmetic]) => arithmetic!)
    assert.ok(
      told.some((one) => one.startsWith(`${endpoints} × 2 zones`)),
      `${endpoints} endpoints`,
    )
    const others = `1 + ${secrets} × 0.40 + ${count('Watch', 'AWS::CloudWatch::Alarm')} × 0.10 + 3`
    assert.ok(told.includes(others), others)
  })

  it('explains each setting, and none that there is not', () => {
    const told = tableOf('context').flatMap(([names]) => names!.split(', ').map((name) => name.replaceAll('`', '')))
    assert.deepEqual(told.sort(), Object.keys(settingsOf(new App())).sort())
  })

  it('names outputs that the stacks have', () => {
    const named = [...guide.matchAll(/made ([A-Z]\w+) ([A-Z]\w+)/g)]
    assert.ok(named.length > 10)
    for (const [, stack, output] of named) assert.ok(stacks[stack!]!.findOutputs(output!)[output!], `${stack} ${output}`)
  })

  it('says of everything that outlives the stacks how it goes', () => {
    const words: Record<string, RegExp> = {
      'AWS::S3::Bucket': /buckets/,
      'AWS::KMS::Key': /schedule-key-deletion/,
      'AWS::ECR::Repository': /ecr delete-repository/,
      'AWS::Logs::LogGroup': /delete-log-group/,
      'AWS::RDS::DBInstance': /delete-db-snapshot/,
    }
    const kept = tableOf('kept').flat().join('\n')
    for (const [name, template] of Object.entries(stacks)) {
      const { Resources } = template.toJSON() as { Resources: Record<string, { Type: string; DeletionPolicy?: string }> }
      for (const { Type, DeletionPolicy = 'Delete' } of Object.values(Resources))
        if (DeletionPolicy !== 'Delete') assert.match(kept, words[Type] ?? /(?!)/, `${name}: ${Type}`)
    }
  })
})
