import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { Match, type Template } from 'aws-cdk-lib/assertions'
import { propertiesOf, statementsOf, synthesise } from './synthesised.ts'

type Visual = Record<string, { VisualId: string; ChartConfiguration: { FieldWells: Record<string, unknown> } }>

interface Shown {
  Name: string
  Definition: { Sheets: { Visuals: Visual[] }[]; CalculatedFields: { Expression: string }[] }
}

interface View {
  DatabaseName: string
  TableInput: { Name: string; ViewOriginalText: string; StorageDescriptor: { Columns: { Name: string; Type: string }[] } }
}

describe('Who reads the lake', () => {
  let stacks: Record<string, Template>
  const of = (name: string): Template => stacks[name]!

  before(async () => {
    stacks = await synthesise()
  })

  it('asks within a limit, in a workgroup that nobody can step around', async () => {
    const limited = (bytes: number) => ({
      WorkGroupConfiguration: { EnforceWorkGroupConfiguration: true, BytesScannedCutoffPerQuery: bytes },
    })
    of('Athena').hasResourceProperties('AWS::Athena::WorkGroup', limited(10 * 2 ** 30))
    const { Athena } = await synthesise({ scanLimitBytes: '1000000000' })
    Athena!.hasResourceProperties('AWS::Athena::WorkGroup', limited(1e9))
  })

  it('begins with queries of the raw table, of the processed one, of both in the past, and of the ledger', () => {
    const queries = propertiesOf<{ Name: string; QueryString: string }>(of('Athena'), 'AWS::Athena::NamedQuery')
    const sql = Object.fromEntries(Object.values(queries).map(({ Name, QueryString }) => [Name, QueryString]))
    assert.match(sql['raw']!, /FROM raw\.crimes /)
    assert.match(sql['processed']!, /FROM processed\.crimes_without_arrest /)
    assert.match(sql['raw-as-of-batch']!, /FROM raw\.crimes FOR VERSION AS OF '/)
    assert.match(sql['processed-as-of-batch']!, /FROM processed\.crimes_without_arrest FOR VERSION AS OF '/)
    assert.match(sql['life-of-an-incident']!, /FROM history\.changes WHERE id = 1 /)
  })

  it('finds views whose SQL and columns, as Athena keeps them in Glue, agree', () => {
    const views = Object.values(propertiesOf<View>(of('Athena'), 'AWS::Glue::Table'))
    assert.deepEqual(views.map(({ TableInput }) => TableInput.Name).sort(), [
      'changes_by_kind',
      'crimes_a_day_ago',
      'crimes_without_arrest_a_day_ago',
    ])
    for (const { DatabaseName, TableInput } of views) {
      assert.equal(DatabaseName, 'views')
      const [, base64 = ''] = /^\/\* Presto View: (\S+) \*\/$/.exec(TableInput.ViewOriginalText) ?? []
      const kept = JSON.parse(Buffer.from(base64, 'base64').toString()) as {
        originalSql: string
        columns: { name: string }[]
      }
      assert.match(kept.originalSql, /^SELECT /)
      assert.deepEqual(
        TableInput.StorageDescriptor.Columns.map(({ Name }) => Name),
        kept.columns.map(({ name }) => name),
      )
    }
  })

  it('is shown a dashboard that is made from the pipeline’s own, and may go on from it in an analysis', () => {
    const [dashboard] = Object.values(propertiesOf<Shown>(of('Quicksight'), 'AWS::QuickSight::Dashboard'))
    const [analysis] = Object.values(propertiesOf<Shown>(of('Quicksight'), 'AWS::QuickSight::Analysis'))
    assert.deepEqual(analysis!.Definition, dashboard!.Definition)
    assert.equal(dashboard!.Name, 'Crimes without arrest')
    const visuals = dashboard!.Definition.Sheets[0]!.Visuals.flatMap((visual) => Object.values(visual))
    assert.deepEqual(
      visuals.map(({ VisualId }) => VisualId),
      [
        'crimes-without-arrest-count',
        'types',
        'months',
        'hours',
        'districts',
        'areas',
        'locations',
        'domestic',
        'incidents',
      ],
    )
    const wells = (id: string): string =>
      JSON.stringify(visuals.find(({ VisualId }) => VisualId === id)!.ChartConfiguration.FieldWells)
    assert.match(wells('types'), /"CategoricalDimensionField":\{"Column":\{"ColumnName":"crime_type"/)
    assert.match(wells('months'), /"DateDimensionField":\{"Column":\{"ColumnName":"date"/)
    assert.match(wells('areas'), /"NumericalDimensionField":\{"Column":\{"ColumnName":"community_area"/)
    const expressions = dashboard!.Definition.CalculatedFields.map(({ Expression }) => Expression)
    assert.deepEqual(expressions, ["extract('WD', {date})", "extract('HH', {date})"])
    assert.match(wells('incidents'), /"ColumnName":"block"/)
    assert.doesNotMatch(wells('incidents'), /"ColumnName":"beat"/)
  })

  it('sees data in SPICE, which QuickSight reads by a role of its own that writes nothing but results', () => {
    const quicksight = of('Quicksight')
    quicksight.hasResourceProperties('AWS::QuickSight::DataSet', { ImportMode: 'SPICE' })
    quicksight.hasResourceProperties('AWS::QuickSight::DataSource', {
      DataSourceParameters: {
        AthenaParameters: { WorkGroup: 'blotter', RoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Reader'), 'Arn'] } },
      },
    })
    const writes = statementsOf(quicksight).filter(({ Action }) => JSON.stringify(Action).includes('s3:PutObject'))
    assert.equal(writes.length, 1)
    assert.match(JSON.stringify(writes[0]!.Resource), /Results/)
  })

  it('has it loaded anew by each commit, or by whoever starts the same state machine, which waits for the end', () => {
    const quicksight = of('Quicksight')
    quicksight.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({
        source: ['aws.glue'],
        detail: { databaseName: ['history'], tableName: ['batches'], typeOfChange: ['UpdateTable'] },
      }),
    })
    const [machine] = Object.values(
      propertiesOf<{ StateMachineName: string }>(quicksight, 'AWS::StepFunctions::StateMachine'),
    )
    assert.equal(machine!.StateMachineName, 'blotter-refresh')
    const steps = JSON.stringify(machine)
    for (const part of [
      'quicksight:createIngestion',
      'quicksight:describeIngestion',
      'FULL_REFRESH',
      'COMPLETED',
      'NotLoaded',
    ])
      assert.ok(steps.includes(part), part)
  })

  it('has no QuickSight where nobody is named who owns it', async () => {
    assert.equal((await synthesise({})).Quicksight, undefined)
  })
})
