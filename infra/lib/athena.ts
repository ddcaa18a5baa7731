import { Stack, type StackProps } from 'aws-cdk-lib'
import * as athena from 'aws-cdk-lib/aws-athena'
import type { Construct } from 'constructs'
import type { Pipeline } from '../../src/model/pipeline.ts'
import type { Lake } from './lake.ts'

interface AthenaProps extends StackProps {
  lake: Lake
  pipeline: Pipeline
  scanLimitBytes: number
}

/** SQL over the lake for people: a workgroup with limits, and queries to begin with. */
export class Athena extends Stack {
  readonly workgroup: athena.CfnWorkGroup

  constructor(scope: Construct, id: string, { lake, pipeline, scanLimitBytes, ...props }: AthenaProps) {
    super(scope, id, props)
    this.workgroup = new athena.CfnWorkGroup(this, 'Workgroup', {
      name: 'blotter',
      description: 'Reads the lake; results are gone after 30 days.',
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: scanLimitBytes,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: lake.results.s3UrlForObject('athena/'),
          expectedBucketOwner: this.account,
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
    })
    for (const [name, { database, description, sql }] of Object.entries(namedQueries(pipeline))) {
      const query = new athena.CfnNamedQuery(this, `Query-${name}`, {
        name,
        database,
        description,
        queryString: sql,
        workGroup: this.workgroup.name,
      })
      query.addResourceDependency(this.workgroup)
    }
  }
}

/** Queries to begin with, in Trino's SQL; `views` among them make the views. */
function namedQueries(pipeline: Pipeline): Record<string, { database: string; description: string; sql: string }> {
  const raw = pipeline.rawName
  const [database] = raw.split('.') as [string]
  const { key } = pipeline.source
  const processed = pipeline.tables.find(({ mode }) => mode === 'by-key')?.name ?? raw
  return {
    'raw-as-of-batch': {
      database,
      description: 'The raw table as of one batch: the tag of the batch names the version.',
      sql: `SELECT * FROM ${raw} FOR VERSION AS OF '2026-11-23T06:00:00Z' LIMIT 100`,
    },
    'view-as-of-batch': {
      database,
      description: 'A view of the raw table as of one batch, for other tools.',
      sql: `CREATE OR REPLACE VIEW ${raw}_as_of AS SELECT * FROM ${raw} FOR VERSION AS OF '2026-11-23T06:00:00Z'`,
    },
    'raw-as-of-day': {
      database,
      description: 'The raw table as it was at a time.',
      sql: `SELECT count(*) AS incidents FROM ${raw} FOR TIMESTAMP AS OF TIMESTAMP '2026-11-23 12:00:00 UTC'`,
    },
    'changes-of-newest-batch': {
      database: 'history',
      description: 'What the newest batch changed, by kind.',
      sql: `SELECT kind, count(*) AS incidents
FROM history.changes CROSS JOIN UNNEST(kinds) AS k (kind)
WHERE batch_at = (SELECT max(batch_at) FROM history.batches)
GROUP BY kind ORDER BY incidents DESC`,
    },
    'life-of-an-incident': {
      database: 'history',
      description: 'Every change of one incident.',
      sql: `SELECT batch_at, kinds, columns, before, after FROM history.changes WHERE id = 1 ORDER BY batch_at`.replace(
        'id =',
        `${key} =`,
      ),
    },
    'processed-sample': {
      database,
      description: 'Some rows of the processed table.',
      sql: `SELECT * FROM ${processed} LIMIT 100`,
    },
    batches: {
      database: 'history',
      description: 'All batches, newest first.',
      sql: 'SELECT * FROM history.batches ORDER BY batch_at DESC',
    },
  }
}
