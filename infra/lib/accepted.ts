import { type App, Stack, Validations } from 'aws-cdk-lib'
import { SMTP } from './airflow.ts'
import { READER } from './source.ts'

const rule = (name: string): string => `AwsSolutions::AwsSolutions-${name}`
const wildcard = (what: string): string => rule(`IAM5[${what}]`)
const glue = (namespace: string): string =>
  wildcard(`Resource::arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:table/${namespace}/*`)
const managed = (policy: string): string => rule(`IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${policy}]`)

const CIDR = 'The rule cannot read a range that CloudFormation works out; each group lets in this network alone (tested).'
const GRANTS = 'CDK’s grant of one bucket or key: families of read or write actions on that resource alone.'
const DEPLOYMENT = 'CDK’s own function that copies files at deployment; its role, runtime and bucket of assets are CDK’s.'

const BUCKETS = {
  Code: 'Resource::BlotterLake:ExportsOutputFnGetAttCode5B760EEFArnE539BE15/*',
  Lake: 'Resource::BlotterLake:ExportsOutputFnGetAttLake5F1B88EAArn65E67816/*',
  Logs: 'Resource::BlotterLake:ExportsOutputFnGetAttLogs6819BB44Arn28BC796A/*',
} as const
const RESULTS = 'Resource::BlotterLake:ExportsOutputFnGetAttResults25575328Arn5DD4F5AA/athena/*'
const TABLES = Object.fromEntries(
  ['aggregates', 'history', 'processed', 'quarantine', 'raw'].map((name) => [glue(name), `All tables of ${name}.`]),
)
/** What whoever asks the lake has, people and QuickSight. */
const READING = {
  ...TABLES,
  [glue('views')]: 'All views.',
  [wildcard(BUCKETS.Lake)]: 'Every file of the lake may be read by whoever may ask it.',
  [wildcard(RESULTS)]: 'Athena names each result.',
}
const secret = (name: string): string =>
  wildcard(`Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${name}-*`)
const SIX_LETTERS = 'Secrets Manager adds six letters to the name of a secret.'
const KEY = ['GenerateDataKey*', 'ReEncrypt*'].map((action) => `Action::kms:${action}`)
const OBJECTS = ['Abort*', 'DeleteObject*', 'GetBucket*', 'GetObject*', 'List*'].map((action) => `Action::s3:${action}`)

/** CDK's grants of the key, and of what is in these buckets. */
function grants(...buckets: (keyof typeof BUCKETS)[]): Record<string, string> {
  const found = [...KEY, ...OBJECTS, ...buckets.map((name) => BUCKETS[name])]
  return Object.fromEntries(found.map((what) => [wildcard(what), GRANTS]))
}

/** What cdk-nag finds and stays as it is, stack by stack, with the reason. */
const ACCEPTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  BlotterNetwork: { [rule('EC23')]: CIDR },
  BlotterSource: {
    [rule('EC23')]: CIDR,
    [rule('RDS3')]:
      'A second instance doubles the price: `--context multiAz=true` asks for it. The lake can be read without the source.',
    [rule('RDS11')]: 'The port is open to this network alone; another number would hide nothing.',
    [managed('AmazonRDSEnhancedMonitoringRole')]: 'AWS’s own role for RDS monitoring; there is no narrower one.',
  },
  BlotterLoader: {
    [rule('ECS2')]: 'Where temporary files go is no secret.',
    [wildcard('Resource::*')]: '`ecr:GetAuthorizationToken` knows no resource.',
    [wildcard('Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:*:task/<ClusterEB0386A7>/*')]: 'Tasks of this one cluster.',
  },
  BlotterSpark: {
    [managed('AmazonEMRServicePolicy_v2')]: 'What EMR needs of EC2, kept by AWS, and bound to resources that EMR tags.',
    ...TABLES,
    ...grants('Code', 'Lake', 'Logs'),
  },
  BlotterAirflow: {
    [rule('EC23')]: CIDR,
    [rule('SMG4')]: 'The mail server’s login is its operator’s: nobody but they can renew it.',
    [rule('L1')]: DEPLOYMENT,
    [managed('AWSLambdaBasicExecutionRole')]: DEPLOYMENT,
    [wildcard('Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*')]: DEPLOYMENT,
    [wildcard('Resource::*')]:
      '`elasticmapreduce:RunJobFlow` and what MWAA asks of each role know no resource: the cluster is not there yet.',
    [wildcard('Resource::arn:<AWS::Partition>:elasticmapreduce:<AWS::Region>:<AWS::AccountId>:cluster/*')]:
      'A cluster’s id is given when it is made.',
    [wildcard('Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:airflow-blotter-*')]:
      'MWAA names its own log groups.',
    [wildcard('Resource::arn:<AWS::Partition>:sqs:<AWS::Region>:*:airflow-celery-*')]:
      'MWAA’s queue lies in an account of AWS’s.',
    ...grants('Code'),
  },
  BlotterQuicksight: {
    ...READING,
    [wildcard('Resource::*')]: 'Delivery of logs and traces of a state machine knows no resource.',
    [wildcard('Resource::<Data.Arn>/ingestion/*')]: 'An ingestion’s id is given when it begins; the data set is named.',
  },
  BlotterAccess: {
    [wildcard('Resource::arn:<AWS::Partition>:iam::<AWS::AccountId>:mfa/*')]:
      'A second factor is named by whoever sets it up.',
    [wildcard('Resource::*')]: 'Lists of workgroups, of catalogs and of second factors know no resource.',
    ...READING,
    ...Object.fromEntries([SMTP, READER].map((name) => [secret(name), SIX_LETTERS])),
  },
}

/** Tells cdk-nag what is accepted and why; what is not here makes the synthesis fail. */
export function acceptFindings(app: App): void {
  for (const stack of app.node.children.filter(Stack.isStack)) {
    const accepted = Object.entries(ACCEPTED[stack.node.id] ?? {}).map(([id, reason]) => ({ id, reason }))
    if (accepted.length > 0) Validations.of(stack).acknowledge(...accepted)
  }
}
